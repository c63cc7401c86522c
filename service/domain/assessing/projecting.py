"""What the figure will be at the end of the window: done, what awaits a word, and what the pipeline plans.

Three answers, cautious, as a rule and at best, from the same assumptions (``Outlook``) for everybody. None
of them is a forecast with a proven error: the assumptions are shown beside what comes of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from service.domain.assessing.counting import (
    Amounts,
    Cell,
    Entry,
    Stream,
    claimed,
    counted_opportunities,
    exact,
    hoped,
    newest,
    recognised,
    standing,
    stream_of,
    term_of,
    total,
)
from service.domain.assessing.windows import Window
from service.domain.indicators import Brings, Chance, Delay, Indicator, Outlook
from service.domain.stages import Stage

Case = Literal["low", "expected", "high"]
CASES: tuple[Case, ...] = ("low", "expected", "high")
#: A value for each case.
Cases = Mapping[Case, Fraction]
Risk = Literal["no_target", "met", "safe", "likely", "at_risk", "out_of_reach"]


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone of a joint record."""

    kind: str
    planned_on: date | None
    actual_on: date | None


@dataclass(frozen=True, slots=True)
class Prospective:
    """A live joint record as the projection sees it; a figure that is known as a band has three values."""

    opportunity_id: str
    stage: Stage
    brings: Mapping[Brings, Cases]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """An amount that may come until the end of the window, in the measure's own unit; low to high."""

    cell: Cell
    amount: Cases
    chance: Cases
    planned_on: date | None
    why: Literal["claimed", "confirmed", "planned"]


@dataclass(frozen=True, slots=True)
class Projection:
    """The figure at the end of the window; ``low <= expected <= high``."""

    low: Fraction
    expected: Fraction
    high: Fraction
    coming: tuple[Expected, ...]
    unplanned: tuple[str, ...]


def project(
    indicator: Indicator,
    outlook: Outlook,
    entries: Iterable[Entry],
    records: Iterable[Prospective],
    done: Amounts,
    window: Window,
    today: date,
) -> Projection:
    """The projection of an indicator; once the window is over only what awaits recognition can come."""
    entries = tuple(entries)
    coming = list(awaiting(indicator, outlook, entries, window, today))
    unplanned: list[str] = []
    if indicator.prospect is not None and today <= window.last:
        of_record: defaultdict[str | None, list[Entry]] = defaultdict(list)
        for entry in entries:
            of_record[entry.opportunity_id].append(entry)
        for record in records:
            own = of_record[record.opportunity_id]
            found = planned(indicator, outlook, own, record, window, today)
            coming += found or ()
            if found is None:
                unplanned.append(record.opportunity_id)
    low, expected, high = (_reached(indicator, done, coming, case) for case in CASES)
    return Projection(low, expected, high, tuple(coming), tuple(unplanned))


def awaiting(
    indicator: Indicator, outlook: Outlook, entries: tuple[Entry, ...], window: Window, today: date
) -> Iterable[Expected]:
    """What is claimed or confirmed, and not recognised yet; of a stock, what it would change."""
    waiting = [
        entry for entry in entries if term_of(indicator, entry) is not None and entry.state in _AWAITING
    ]
    if indicator.nature == "flow":
        # One line for all of a joint record that waits for the same, and one for what takes back.
        sums: defaultdict[tuple[int, str | None, bool, bool], Decimal] = defaultdict(Decimal)
        for entry in waiting:
            if window.holds(entry.occurred_on):
                term, is_confirmed = term_of(indicator, entry) or 0, entry.state == "confirmed"
                sums[term, entry.opportunity_id, is_confirmed, entry.amount < 0] += entry.amount
        for (term, name, is_confirmed, _), amount in sums.items():
            yield _awaited(outlook, Cell(term, name), exact(amount), is_confirmed)
        return
    states: defaultdict[Stream, set[str]] = defaultdict(set)
    for entry in waiting:
        states[stream_of(entry)].add(entry.state)
    days = standing(indicator, window, today)
    now, then = (newest(indicator, entries, days, worth) for worth in (recognised, hoped))
    for stream, waits in states.items():
        before, after = now.get(stream), then.get(stream)
        figure = after or before
        if figure is None:
            continue
        change = (after.amount if after else 0) - (before.amount if before else Fraction(0))
        if change:
            yield _awaited(outlook, figure.cell, change, waits == {"confirmed"})


_AWAITING = ("claimed", "confirmed")


def _awaited(outlook: Outlook, cell: Cell, amount: Fraction, is_confirmed: bool) -> Expected:
    chance = _chances(outlook.confirmed if is_confirmed else outlook.claimed)
    # What would take something away happens to the cautious, and not at best.
    if amount < 0:
        chance = {"low": chance["high"], "expected": chance["expected"], "high": chance["low"]}
    return Expected(
        cell, dict.fromkeys(CASES, amount), chance, None, "confirmed" if is_confirmed else "claimed"
    )


def planned(
    indicator: Indicator,
    outlook: Outlook,
    own: Sequence[Entry],
    record: Prospective,
    window: Window,
    today: date,
) -> tuple[Expected, ...] | None:
    """What a joint record plans until the end of the window; None where no planned day says when.

    What the project brings less what was claimed of it already, in equal parts at its open milestones of
    the kind. A milestone that is late is taken for today; every one slips by the days of each case.
    ``own`` are the entries of the record.
    """
    prospect, stage_chance = indicator.prospect, outlook.stages.get(record.stage)
    whole = record.brings.get(prospect.brings) if prospect else None
    if prospect is None or stage_chance is None or whole is None:
        return ()
    # A joint record counts once, however much of its money has come.
    gone = _claimed_of(indicator, own, today) if indicator.counts == "amount" else 0
    rest = {case: max(whole[case] - gone, Fraction(0)) for case in CASES}
    steps = [step for step in record.steps if step.kind == prospect.milestone and step.actual_on is None]
    is_reached = not steps and any(step.kind == prospect.milestone for step in record.steps)
    if not rest["high"] or is_reached:
        return ()
    days = sorted(step.planned_on for step in steps if step.planned_on is not None)
    if not days:
        # Nobody expects days yet of what has no contract.
        return None if stage_chance.low > 0 else ()
    cell = Cell(_planned_term(indicator), record.opportunity_id)
    part = {case: amount / len(steps) for case, amount in rest.items()}
    return tuple(
        Expected(cell, part, _in_time(stage_chance, outlook.delay, day, window, today), day, "planned")
        for day in days
    )


def _in_time(chance: Chance, delay: Delay, day: date, window: Window, today: date) -> Cases:
    """The chances of what is planned for a day: none in the cases in which it slips beyond the window."""
    return {
        case: exact(getattr(chance, case))
        if max(day, today) + timedelta(days=getattr(delay, case)) <= window.last
        else Fraction(0)
        for case in CASES
    }


def _planned_term(indicator: Indicator) -> int:
    """The term by which what is planned would count: the first, which has no limit of its own if any."""
    free = [number for number, term in enumerate(indicator.terms) if term.most_share is None]
    return free[0] if free else 0


def _claimed_of(indicator: Indicator, own: Sequence[Entry], today: date) -> Fraction:
    """All that was ever claimed of a joint record; of a stock, the newest figures of its streams."""
    if indicator.nature == "stock":
        figures = newest(indicator, own, Window(date.min, today), claimed).values()
        return sum((figure.amount for figure in figures), Fraction(0))
    return exact(sum((entry.amount for entry in own if term_of(indicator, entry) is not None), Decimal(0)))


def _chances(chance: Chance) -> dict[Case, Fraction]:
    return {case: exact(getattr(chance, case)) for case in CASES}


def _reached(indicator: Indicator, done: Amounts, coming: list[Expected], case: Case) -> Fraction:
    """The figure if, of everything that is to come, its chance in this case came."""
    if indicator.counts == "opportunities":
        return _records_reached(indicator, done, coming, case)
    amounts = defaultdict(Fraction, done)
    for item in coming:
        amounts[item.cell] += item.amount[case] * item.chance[case]
    return total(indicator, amounts)


def _records_reached(indicator: Indicator, done: Amounts, coming: list[Expected], case: Case) -> Fraction:
    """How many joint records will count: of those that would by what is to come, their best chance."""
    counted = counted_opportunities(indicator, done)
    amounts, best = defaultdict(Fraction, done), defaultdict[str, Fraction](Fraction)
    would: set[str] = set()
    for item in coming:
        name = item.cell.opportunity_id
        if name is None or name in counted or item.amount[case] <= 0:
            continue
        best[name] = max(best[name], item.chance[case])
        if item.why == "planned":
            would.add(name)
        else:
            amounts[item.cell] += item.amount[case]
    would |= counted_opportunities(indicator, amounts) - counted
    return len(counted) + sum((best[name] for name in would), Fraction(0))


def risk_of(
    indicator: Indicator, done: Fraction, target: Fraction | None, projection: Projection, *, is_over: bool
) -> Risk:
    """How sure the target is, by the three cases. Where less is better nothing is met before the end."""
    if target is None:
        return "no_target"
    is_higher = indicator.direction == "higher"
    if (done >= target and is_higher) or (done <= target and not is_higher and is_over):
        return "met"
    low, expected, high = projection.low, projection.expected, projection.high
    reached = (
        (low >= target, expected >= target, high >= target)
        if is_higher
        else (high <= target, expected <= target, low <= target)
    )
    names: tuple[Risk, ...] = ("safe", "likely", "at_risk")
    return next((name for name, holds in zip(names, reached, strict=True) if holds), "out_of_reach")
