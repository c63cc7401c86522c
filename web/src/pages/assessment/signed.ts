/** Whether a text is the one of which this is the SHA-256; null where the browser does not say (it needs TLS for that). */
export async function isSigned(text: string, sha256: string): Promise<boolean | null> {
  if (!("subtle" in crypto) || crypto.subtle === undefined) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === sha256;
}
