import type { Dayjs } from "dayjs";
import type { Schemas } from "../../api/client";
import { asDay, dayOf } from "../../parts/dates";

export type Visit = Schemas["VisitRead"];
type Write = Schemas["VisitWrite"];
type FollowUp = Visit["follow_ups"][number];

/** What the form holds: days as the calendar has them, lists as rows that may still be empty. */
export interface VisitValues {
  purpose: string;
  project_id?: string | null;
  days: [Dayjs, Dayjs];
  members?: { name?: string; office?: string | null; title?: string | null }[];
  stops?: { profile_id?: string; on?: Dayjs | null; note?: string | null; result?: string | null }[];
  follow_ups?: { text?: string; profile_id?: string | null; due_on?: Dayjs | null; done_on?: Dayjs | null }[];
}

export function toValues(visit: Visit): VisitValues {
  return {
    purpose: visit.purpose,
    project_id: visit.project_id,
    days: [asDay(visit.starts_on)!, asDay(visit.ends_on)!],
    members: visit.members,
    stops: visit.stops.map(({ profile_id, on, note, result }) => ({ profile_id, on: asDay(on), note, result })),
    follow_ups: visit.follow_ups.map((one) => ({ ...one, due_on: asDay(one.due_on), done_on: asDay(one.done_on) })),
  };
}

/** The body; a row in which nothing was written is none. */
export function toBody(values: VisitValues): Write {
  const [first, last] = values.days;
  return {
    purpose: values.purpose,
    project_id: values.project_id || null,
    starts_on: dayOf(first)!,
    ends_on: dayOf(last)!,
    members: (values.members ?? [])
      .filter((row) => row?.name || row?.office || row?.title)
      .map(({ name, office, title }) => ({ name: name ?? "", office: office || null, title: title || null })),
    stops: (values.stops ?? [])
      .filter((row) => row?.profile_id)
      .map(({ profile_id, on, note, result }) => ({ profile_id: profile_id!, on: dayOf(on ?? first)!, note: note || null, result: result || null })),
    follow_ups: (values.follow_ups ?? [])
      .filter((row) => row?.text)
      .map(({ text, profile_id, due_on, done_on }) => ({
        text: text!,
        profile_id: profile_id || null,
        due_on: dayOf(due_on),
        done_on: dayOf(done_on),
      })),
  };
}

/** Whether a day is one of the visit. */
export function within(day: Dayjs | null | undefined, days: [Dayjs, Dayjs] | null | undefined): boolean {
  if (!day || !days) return true;
  const at = dayOf(day)!;
  return at >= dayOf(days[0])! && at <= dayOf(days[1])!;
}

/** The follow-ups with one of them done on a day. */
export function doneOn(followUps: FollowUp[], place: number, day: string): FollowUp[] {
  return followUps.map((one, at) => (at === place ? { ...one, done_on: day } : one));
}
