import { expect, test } from "vitest";
import { groupsOf } from "./chain";

test("only parts of the chain with a term are shown, inputs before products", () => {
  const term = { term: "木材", read_as: [], place_count: 0, places: [] };
  const chain = { inputs: [term], materials: [], products: [term, term], industry: [] };
  expect(groupsOf(chain as never).map(({ key, terms }) => [key, terms.length])).toEqual([
    ["inputs", 1],
    ["products", 2],
  ]);
});
