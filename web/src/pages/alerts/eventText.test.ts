import { expect, test } from "vitest";
import document from "../../../../openapi/openapi.json";
import { i18n } from "../../i18n";
import "../../parts/choiceWords";
import "../administration/jobWords";
import "../approvals/words";
import { GROUPS, groupOf, placeOf, sentenceOf, typeKey, unseen, type Event, type EventType, type Names } from "./eventText";
import "./words";

const names: Names = {
  word: (key, values) => {
    // A word that is missing must not pass as its own key.
    if (!i18n.exists(key)) throw new Error(key);
    return i18n.t(key, values ?? {});
  },
  field: (name) => ({ land_mu: "土地", power_kva: "受电容量" })[name] ?? name,
  indicator: () => "到位资金",
  amount: (value, unit) => `${String(value)} ${unit}`,
};
const said = (type: EventType, data: Record<string, unknown>) => sentenceOf({ type, data } as Event, names);
const all = document.components.schemas.EventRead.properties.type.enum as EventType[];

test("every type of event has a group and a name in both languages", async () => {
  const listed: EventType[] = Object.values(GROUPS).flat();
  expect([...listed].sort()).toEqual([...all].sort());
  for (const language of ["zh", "en"]) {
    await i18n.changeLanguage(language);
    for (const type of all) expect(i18n.exists(typeKey(type))).toBe(true);
  }
  await i18n.changeLanguage("zh");
});

test.each<[EventType, Record<string, unknown>, string]>([
  ["opportunity.stage_changed", { from: null, to: "recommended" }, "新的合作事项：已推荐"],
  ["opportunity.stage_changed", { from: "contacted", to: "negotiating" }, "合作事项由“已接洽”进入“洽谈”"],
  ["opportunity.agreed", { to: "signed", side: "project" }, "项目方同意进入“签约”，等待另一方"],
  ["opportunity.unsealed", { unsealed: true, sides: ["project", "profile"] }, "双方已同意公开投资方名称"],
  ["hold.committed", { quantities: ["land_mu", "power_kva"] }, "预留已落实：土地、受电容量"],
  ["approval.submitted", { action: "profile.publish" }, "提交审批：发布资源要素档案"],
  ["import.finished", { rows: 10, accepted: 8, refused: 1, duplicate: 1 }, "导入完成：共 10 行，8 行可用，1 行有问题，1 行重复"],
  ["job.finished", { kind: "export", state: "failed" }, "任务“导出”：失败"],
  ["saved_search.matched", { profile_id: "prf_1", rank: 3 }, "有新的载体符合，排第 3"],
  ["saved_search.lost", { project_id: "prj_1", because: "rule", rule: "enough_land", reason: "土地差 15 亩。" }, "本载体不再适合该项目：土地差 15 亩。"],
  ["saved_search.lost", { profile_id: "prf_1", because: "not_offered", rule: null, reason: null }, "载体不再符合：已撤回，或不再对本单位公开"],
  [
    "assessment.shortfall",
    { kind: "new", indicator: "funds", unit: "10k CNY", target: 100, done: 20, expected: 60, shortfall: 40 },
    "“到位资金”预计完不成：任务 100 10k CNY，已认定 20 10k CNY，预计 60 10k CNY，缺口 40 10k CNY",
  ],
  ["webhook.disabled", { because: "gone" }, "推送已停用：接收方答复不再接收 (410)"],
])("%s with %j is told as a sentence", (type, data, sentence) => {
  expect(said(type, data)).toBe(sentence);
});

test("types without data of their own have their sentence too, in both languages", async () => {
  const plain: EventType[] = ["opportunity.commented", "webhook.test", ...GROUPS.requests, "hold.requested", "hold.granted", "hold.released", "hold.expired"];
  for (const language of ["zh", "en"]) {
    await i18n.changeLanguage(language);
    for (const type of plain) expect(said(type, {}).length).toBeGreaterThan(3);
  }
  await i18n.changeLanguage("zh");
});

test("an event leads to what it is about", () => {
  const at = (type: EventType, data: Record<string, unknown> = {}) => placeOf({ type, data, subject_id: "x_1" } as Event);
  expect(at("opportunity.commented")).toBe("/opportunities/x_1");
  expect(at("approval.returned")).toBe("/approvals?id=x_1");
  expect(at("saved_search.lost")).toBe("/alerts?tab=searches&id=x_1");
  expect(at("assessment.shortfall", { year: 2026, programme: "east_west", period: "year" })).toBe("/assessment?year=2026&programme=east_west&period=year");
  expect(at("job.finished")).toBe("/administration?tab=jobs");
  expect(groupOf("hold.expired")).toBe("holds");
});

test("what came since the last look is counted, and at the very first look nothing is new", () => {
  const events = [{ id: "evt_3" }, { id: "evt_2" }, { id: "evt_1" }];
  expect(unseen(events, null)).toBe(0);
  expect(unseen(events, "evt_1")).toBe(2);
  expect(unseen(events, "evt_0")).toBe(3);
});
