import type { Schemas } from "../../api/client";

export type Event = Schemas["EventRead"];
export type EventType = Event["type"];

/** All types in the order in which the filter shows them. */
export const GROUPS = {
  searches: ["saved_search.matched", "saved_search.lost"],
  opportunities: ["opportunity.stage_changed", "opportunity.agreed", "opportunity.unsealed", "opportunity.commented"],
  holds: ["hold.requested", "hold.granted", "hold.released", "hold.expired", "hold.committed"],
  approvals: ["approval.submitted", "approval.approved", "approval.returned", "approval.withdrawn"],
  requests: ["profile_request.answered", "profile_request.accepted", "profile_request.declined", "profile_request.withdrawn"],
  assessment: ["assessment.shortfall"],
  work: ["import.finished", "job.finished", "webhook.disabled", "webhook.test"],
} as const satisfies Record<string, readonly EventType[]>;

export type Group = keyof typeof GROUPS;
const GROUP_OF = new Map<EventType, Group>(
  (Object.entries(GROUPS) as [Group, readonly EventType[]][]).flatMap(([group, types]) => types.map((type) => [type, group] as const)),
);

export function groupOf(type: EventType): Group {
  return GROUP_OF.get(type) ?? "work";
}

/** The key of a type's words; its dot would be read as a step into the words. */
export const typeKey = (type: EventType) => `events.type_${type.replace(".", "_")}`;

/** What gives a code of the event its name in the language of the page. */
export interface Names {
  word: (key: string, values?: Record<string, unknown>) => string;
  field: (name: string) => string;
  indicator: (code: string) => string;
  amount: (value: unknown, unit: string) => string;
}

/** What has happened, in one sentence without the names of whom it concerns: those stand beside it, as links. */
export function sentenceOf(event: Pick<Event, "type" | "data">, { word, field, indicator, amount }: Names): string {
  const data = event.data as Record<string, unknown>;
  const text = (name: string) => String(data[name] ?? "");
  switch (event.type) {
    case "opportunity.stage_changed":
      return data["from"] === null || data["from"] === undefined
        ? word("events.opened")
        : word("events.moved", { from: word(`choice.stage_${text("from")}`), to: word(`choice.stage_${text("to")}`) });
    case "opportunity.agreed":
      return word("events.agreed", { side: word(`events.side_${text("side")}`), to: word(`choice.stage_${text("to")}`) });
    case "opportunity.unsealed":
      return word(data["unsealed"] === true ? "events.unsealedBoth" : "events.unsealedOne");
    case "hold.committed": {
      const names = Array.isArray(data["quantities"]) ? data["quantities"].map((name) => field(String(name))) : [];
      return word("events.hold_committed", { names: names.join(word("events.and")) });
    }
    case "approval.submitted":
    case "approval.approved":
    case "approval.returned":
    case "approval.withdrawn":
      return word(`events.${event.type.replace(".", "_")}`, { action: word(`approvals.action_${text("action").replace(".", "_")}`) });
    case "import.finished":
      return word("events.import_finished", data);
    case "job.finished":
      return word("events.job_finished", { kind: word(`jobs.kind_${text("kind").replace(".", "_")}`), state: word(`jobs.state_${text("state")}`) });
    case "saved_search.matched":
      return word("profile_id" in data ? "events.matchedPlace" : "events.matchedProject", { rank: text("rank") });
    case "saved_search.lost":
      return lost(data, word);
    case "assessment.shortfall": {
      const unit = text("unit");
      return word(`events.shortfall_${text("kind")}`, {
        indicator: indicator(text("indicator")),
        target: amount(data["target"], unit),
        done: amount(data["done"], unit),
        expected: amount(data["expected"], unit),
        shortfall: amount(data["shortfall"], unit),
      });
    }
    case "webhook.disabled":
      return word(`events.disabled_${text("because")}`);
    default:
      return word(`events.${event.type.replace(".", "_")}`);
  }
}

/** "Fell out, because": the rule in its own sentence, or what can be told where there is none. */
function lost(data: Record<string, unknown>, word: Names["word"]): string {
  const what = "profile_id" in data ? "Place" : "Project";
  const because = data["because"] === "rule" ? String(data["reason"] ?? "") : word(`events.because_${String(data["because"])}`);
  return word(`events.lost${what}`, { because });
}

/** Where an event leads to; null where there is nothing more to see. */
export function placeOf(event: Pick<Event, "type" | "data" | "subject_id">): string | null {
  const data = event.data as Record<string, unknown>;
  switch (groupOf(event.type)) {
    case "searches":
      return `/alerts?tab=searches&id=${event.subject_id}`;
    case "opportunities":
      return `/opportunities/${event.subject_id}`;
    case "approvals":
      return `/approvals?id=${event.subject_id}`;
    case "requests":
      return typeof data["profile_id"] === "string" ? `/profiles/${data["profile_id"]}` : null;
    case "assessment":
      return `/assessment?year=${String(data["year"])}&programme=${String(data["programme"])}&period=${String(data["period"])}`;
    case "work":
      return event.type.startsWith("webhook.") ? "/administration?tab=webhooks" : "/administration?tab=jobs";
    case "holds":
      return null;
  }
}

/** How many of the events, newest first, have come since the one that was seen last. */
export function unseen(events: Pick<Event, "id">[], lastSeen: string | null): number {
  const place = events.findIndex(({ id }) => id === lastSeen);
  return lastSeen === null ? 0 : place === -1 ? events.length : place;
}
