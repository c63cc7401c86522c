import { expect, test } from "vitest";
import { isSigned } from "./signed";

const HASH = "72726d8818f693066ceb69afa364218b692e62ea92b385782363780f47529c21"; // of 中文

test("a text that was changed by one character is not what was signed", async () => {
  expect(await isSigned("中文", HASH)).toBe(true);
  expect(await isSigned("中文 ", HASH)).toBe(false);
});
