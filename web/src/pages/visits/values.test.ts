import { expect, test } from "vitest";
import { asDay } from "../../parts/dates";
import { doneOn, toBody, toValues, within, type Visit } from "./values";

const visit = {
  id: "vis_1",
  organisation_id: "org_1",
  purpose: "考察竹木产业",
  project_id: "prj_1",
  starts_on: "2026-12-08",
  ends_on: "2026-12-09",
  members: [{ name: "张明", office: "嘉善县投资促进中心", title: "科长" }],
  stops: [
    { profile_id: "prf_1", site_name: "庆元", region_name: "丽水", host_organisation_id: null, on: "2026-12-09", note: "看厂房", result: "可租" },
  ],
  follow_ups: [
    { text: "发送用电方案", profile_id: "prf_1", due_on: "2026-12-20", done_on: null },
    { text: "报价", profile_id: null, due_on: null, done_on: "2026-12-10" },
  ],
  version: 1,
} as unknown as Visit;

test("a visit that is opened and saved unchanged says what it said", () => {
  expect(toBody(toValues(visit))).toEqual({
    purpose: visit.purpose,
    project_id: "prj_1",
    starts_on: "2026-12-08",
    ends_on: "2026-12-09",
    members: visit.members,
    stops: [{ profile_id: "prf_1", on: "2026-12-09", note: "看厂房", result: "可租" }],
    follow_ups: visit.follow_ups,
  });
});

test("rows in which nothing was written are none, and a stop without a day is on the first", () => {
  const body = toBody({
    purpose: "x",
    days: [asDay("2026-12-08")!, asDay("2026-12-09")!],
    members: [{}, { name: "李" }],
    stops: [{ profile_id: "prf_1" }, {}],
    follow_ups: [{ text: "" }],
  });
  expect(body.members).toEqual([{ name: "李", office: null, title: null }]);
  expect(body.stops).toEqual([{ profile_id: "prf_1", on: "2026-12-08", note: null, result: null }]);
  expect(body.follow_ups).toEqual([]);
});

test.each([
  ["2026-12-08", true],
  ["2026-12-09", true],
  ["2026-12-10", false],
])("%s is a day of the visit: %s", (day, is) => {
  expect(within(asDay(day), [asDay("2026-12-08")!, asDay("2026-12-09")!])).toBe(is);
});

test("one follow-up is done, the others stay as they were", () => {
  const done = doneOn(visit.follow_ups, 0, "2026-12-19");
  expect(done.map((one) => one.done_on)).toEqual(["2026-12-19", "2026-12-10"]);
});
