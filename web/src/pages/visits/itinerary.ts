import type { Schemas } from "../../api/client";
import { asDay } from "../../parts/dates";
import type { VisitValues } from "./values";

export type Itinerary = Schemas["ItineraryRead"];
type Stop = Itinerary["stops"][number];

/** The stops of each day, in the order in which they are made. */
export function byDay(stops: Stop[]): [day: string, stops: Stop[]][] {
  const days = new Map<string, Stop[]>();
  for (const stop of stops) days.set(stop.on, [...(days.get(stop.on) ?? []), stop]);
  return [...days];
}

/** The visit that an itinerary makes, as the form begins; from the first day with a stop to the last. */
export function visitOf(itinerary: Itinerary, known: { project_id: string; purpose: string }): Partial<VisitValues> {
  const days = itinerary.stops.map(({ on }) => on).sort();
  const [first, last] = [days.at(0), days.at(-1)];
  return {
    ...known,
    ...(first && last ? { days: [asDay(first)!, asDay(last)!] as VisitValues["days"] } : {}),
    members: [],
    stops: itinerary.stops.map(({ profile_id, on }) => ({ profile_id, on: asDay(on) })),
    follow_ups: [],
  };
}
