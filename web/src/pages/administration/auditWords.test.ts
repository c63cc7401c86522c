import { expect, test } from "vitest";
import { i18n } from "../../i18n";
import { actionText, NOUNS } from "./auditWords";

const word = (key: string) => (i18n.exists(key) ? i18n.t(key) : null);

test("an action is told by its noun and what was done to it", () => {
  expect(actionText("hold.grant", word)).toBe("预留 · 同意");
  expect(actionText("person.grant", word)).toBe("人员 · 授予角色");
  expect(actionText("session.create", word)).toBe("登录");
  expect(actionText("person.password", word)).toBe("人员 · 改密码");
});

test("a verb or a noun that has no word yet stands as it is", () => {
  expect(actionText("hold.frobnicate", word)).toBe("预留 · frobnicate");
  expect(actionText("gizmo.create", word)).toBe("gizmo · 新增");
});

test("every noun of the filter has a word in both languages", async () => {
  for (const language of ["en", "zh"]) {
    await i18n.changeLanguage(language);
    for (const noun of NOUNS) expect(i18n.exists(`audit.noun_${noun}`)).toBe(true);
  }
});
