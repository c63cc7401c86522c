"""Trainings and model versions as tables for a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from service.database import Database, reading
from service.domain import models
from service.jobs.judging import FEWEST_CASES, FEWEST_REGIONS, Judged
from service.jobs.training import Report

_SAID = {
    "promoted": "[green]Promoted[/]: {candidate} ranks from now on. To go back: "
    "`shanhai models rollback {live}`.",
    "worse": "[yellow]Not promoted[/]: {candidate} is worse on what was held out. It is kept; "
    "{live} stays live.",
    "too_few_cases": "[yellow]Nothing trained[/]: too few new cases to judge a candidate by "
    f"(at least {FEWEST_CASES} of {FEWEST_REGIONS} regions held out). {{live}} stays live.",
    "nothing_new": "Nothing new to learn: {live} stays live.",
    "was_live_before": "[yellow]Not promoted[/]: {candidate} was live before and was taken back. "
    "`shanhai models rollback {candidate}` makes it live again; {live} stays live.",
}

_WIDTH_WITHOUT_TERMINAL = 120


def show_training(console: Console, report: Report) -> None:
    """What was held out, how either model ranks it, and what became of the candidate."""
    _widen(console)
    table = Table(title="Held out: mean reciprocal rank of the truth")
    for name in ("", "cases", "regions", "live", "candidate", "gain [95 %]"):
        table.add_column(name, justify="left" if not name else "right")
    for found in report.judged:
        table.add_row(found.name, str(found.cases), str(found.regions), *_figures(found))
    console.print(table)
    if report.candidate_version:
        console.print(f"Learned from {_learned(report.learned_from)}.")
    console.print(_SAID[report.verdict].format(candidate=report.candidate_version, live=report.live_version))


def _figures(found: Judged) -> tuple[str, str, str]:
    if not found.cases:
        return "", "", ""
    gain = f"{found.gain.mean:+.3f} [{found.gain.low:+.3f}, {found.gain.high:+.3f}]"
    return f"{found.live_mrr:.3f}", f"{found.candidate_mrr:.3f}", gain


def _widen(console: Console) -> None:
    # In a pipe there is no width to go by.
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL


def _learned(metrics: dict[str, Any]) -> str:
    counts = [f"{metrics[name]:,} {name}" for name in ("outcomes", "placements") if metrics.get(name)]
    return ", ".join(["the shipped texts", *counts])


def show_versions(console: Console, database: Database) -> None:
    """Every version that is kept, the live one marked."""
    _widen(console)
    table = Table()
    for name in ("version", "created", "live since", "learned from", ""):
        table.add_column(name)
    with reading(database) as session:
        live = models.live(session).id
        for row in models.versions(session):
            since = f"{row.activated_at:%Y-%m-%d %H:%M}" if row.activated_at else "never"
            table.add_row(
                row.version,
                f"{row.created_at:%Y-%m-%d %H:%M}",
                since,
                _learned(row.metrics),
                "live" if row.id == live else "",
            )
    console.print(table)
