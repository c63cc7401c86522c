import { expect, test } from "vitest";
import { issuerAnswer, tokenOf } from "./issuerAnswer";

test.each([
  ["?organisation_id=org_1", "#id_token=a.b.c&state=x", { organisation_id: "org_1", id_token: "a.b.c" }],
  ["", "#state=org_2&id_token=a.b.c", { organisation_id: "org_2", id_token: "a.b.c" }],
  ["", "#id_token=a.b.c", { organisation_id: "", id_token: "a.b.c" }],
  ["?organisation_id=org_1", "#error=access_denied", null],
  ["?id_token=a.b.c", "", null],
])("of %s%s the sign-in page takes %j", (search, hash, answer) => {
  expect(issuerAnswer(search, hash)).toEqual(answer);
});

test("a token that was copied over several lines is one token", () => {
  expect(tokenOf("  a.b\n.c \r\n")).toBe("a.b.c");
});
