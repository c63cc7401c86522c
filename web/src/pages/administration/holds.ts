/** Whether any text of a row holds what was typed; everything does where nothing was. */
export function holds(row: object, typed: string): boolean {
  const q = typed.trim().toLowerCase();
  if (q === "") return true;
  return Object.values(row).some((value) =>
    Array.isArray(value) ? value.some((one) => String(one).toLowerCase().includes(q)) : typeof value === "string" && value.toLowerCase().includes(q),
  );
}
