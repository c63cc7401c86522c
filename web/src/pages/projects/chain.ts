import type { Schemas } from "../../api/client";

type Chain = Schemas["SupplyChainRead"];

/** The most places of a term that the service lists. */
export const MOST_PLACES = 50;

const GROUPS = ["inputs", "materials", "products", "industry"] as const;

/** The parts of the chain of which there is something to say, in the order in which goods flow. */
export function groupsOf(chain: Chain): { key: (typeof GROUPS)[number]; terms: Chain["inputs"] }[] {
  return GROUPS.map((key) => ({ key, terms: chain[key] })).filter(({ terms }) => terms.length > 0);
}
