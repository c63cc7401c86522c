"""What axe-core finds that keeps people out: too little contrast, fields without a name, and the like."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

#: Each in its first place: the rule, what is wrong, and the piece of the page.
Barrier = tuple[str, str, str]
_RUN = """
async (rules) => {
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
  // Of a long table the first rows say what all others would say again.
  const context = { include: ["html"], exclude: ["tr.ant-table-row:nth-child(n+8)"] };
  const { violations } = await axe.run(context, options);
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}
"""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page, *rules: str) -> list[Barrier]:
    """Everything serious or critical that all rules find, or those that are named."""
    # What a test evaluates is no script of the page: the policy of the console stays as it is.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(rules) or None)
    return [
        (rule["id"], node["failureSummary"], node["html"][:200]) for rule in found for node in rule["nodes"]
    ]
