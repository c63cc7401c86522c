import { expect, test } from "vitest";
import { LIMITS } from "../../api/limits";
import { rendered, withoutBrowser } from "../../testing/rendered";
import { ProjectDrawer } from "./ProjectDrawer";

withoutBrowser();

// Drawing a whole form takes a while on a machine that is busy.
test("the form of a project has a place for every field that the service takes", { timeout: 60_000 }, () => {
  const { baseElement, getByText } = rendered(<ProjectDrawer open onClose={() => {}} onSaved={() => {}} />);
  const missing = Object.keys(LIMITS.ProjectWrite).filter((name) => baseElement.querySelector(`#${name}`) === null);
  // These two are lists of rows, each begun by a button.
  expect(missing).toEqual(["materials", "quantities"]);
  for (const word of ["添加一种原材料", "添加一项要素"]) expect(getByText(word)).toBeTruthy();
});
