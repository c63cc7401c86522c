/** What the service's content security policy knows the page's own styles by; new at each load. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";

const create = document.createElement.bind(document);

// Ant Design measures scroll bars with a style of which it does not let one say the nonce.
document.createElement = ((name: string, options?: ElementCreationOptions) => {
  const made = create(name, options);
  if (name.toLowerCase() === "style") made.nonce = nonce;
  return made;
}) as typeof document.createElement;
