"""What axe-core finds that keeps people out: too little contrast, fields without a name, and the like."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Locator

from tests.browser.window import settled

#: What depends on the colours; all else is the same in the dark.
OF_COLOUR = ("color-contrast", "link-in-text-block")
_RUN = """
async (part, rules) => {
  const options = { resultTypes: ["violations"], preload: false };
  if (rules) options.runOnly = { type: "rule", values: rules };
  // Of a long table the first rows say what all others would.
  const context = { include: part, exclude: "tr.ant-table-row:nth-child(n+5)" };
  const { violations } = await axe.run(context, options);
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}
"""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def barriers(part: Locator, *rules: str) -> list[str]:
    """Everything serious or critical in a part of the page, by all rules or those that are named."""
    settled(part.page)
    # What a test evaluates is no script of the page: the policy of the console stays as it is.
    if not part.page.evaluate("typeof axe === 'object'"):
        part.page.evaluate(_axe())
    found: list[dict[str, Any]] = part.evaluate(_RUN, list(rules) or None)
    return [
        f"{rule['id']}: {node['failureSummary']}: {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]
