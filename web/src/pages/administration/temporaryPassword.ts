const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** A password to be handed over and changed at once: four groups of letters that nobody mixes up, 99 bits. */
export function temporaryPassword(random: (size: number) => Uint8Array = bytes): string {
  const group = () => Array.from(unbiased(random), (letter) => letter).join("");
  return [group(), group(), group(), group()].join("-");
}

const bytes = (size: number) => crypto.getRandomValues(new Uint8Array(size));

/** Five letters, each as likely as any other: bytes beyond the last full round are thrown away. */
function* unbiased(random: (size: number) => Uint8Array): Generator<string> {
  const most = 256 - (256 % LETTERS.length);
  let left = 5;
  while (left > 0)
    for (const byte of random(16))
      if (byte < most && left > 0) {
        left -= 1;
        yield LETTERS[byte % LETTERS.length] ?? "";
      }
}
