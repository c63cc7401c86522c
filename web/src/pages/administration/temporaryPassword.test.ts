import { expect, test } from "vitest";
import { temporaryPassword } from "./temporaryPassword";

test("a temporary password is long enough, easy to read out, and never the same", () => {
  const made = Array.from({ length: 50 }, () => temporaryPassword());
  for (const one of made) expect(one).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/);
  expect(new Set(made).size).toBe(50);
});

test("bytes that would favour some letters are thrown away", () => {
  let asked = 0;
  const random = (size: number) => new Uint8Array(size).fill(asked++ % 2 === 0 ? 255 : 0);
  expect(temporaryPassword(random)).toBe("aaaaa-aaaaa-aaaaa-aaaaa");
});
