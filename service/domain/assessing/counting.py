"""How much counts: entries of the ledger within a window, by shares and caps. Flows add up, stocks stand.

Entries are decimals, and everything made of them a fraction until it is shown: 0.1 and 0.2 make 0.3, and
three thirds of a sum the sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from service.domain.assessing.windows import Window, oldest_month_end
from service.domain.indicators import Indicator

State = Literal["claimed", "confirmed", "recognised"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the ledger as the arithmetic sees it; rejected ones are none, a reversal is negative.

    ``is_reversed``: all of it was taken back, be that recognised yet or not.
    """

    entry_id: str
    organisation_id: str
    opportunity_id: str | None
    pairing_id: str
    measure: str
    component: str | None
    amount: Decimal
    recognised_amount: Decimal
    occurred_on: date
    state: State
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one term of an indicator gathers of one joint record (None: of what belongs to none)."""

    term: int
    opportunity_id: str | None


#: By cell, what counts before shares and caps.
Amounts = Mapping[Cell, Fraction]
#: What an entry is worth; None where it says nothing yet.
Worth = Callable[[Entry], Decimal | None]
#: What one stream of month-end figures is told apart by.
Stream = tuple[str, str, str | None, str, str | None]


def exact(number: float | Decimal | Fraction) -> Fraction:
    """The number as it is written: 0.1 is a tenth, not the binary figure next to it."""
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def recognised(entry: Entry) -> Decimal | None:
    """What the authority lets count; None before it has said so."""
    return entry.recognised_amount if entry.state == "recognised" else None


def claimed(entry: Entry) -> Decimal | None:
    """What is claimed, whether or not anybody has agreed yet."""
    return entry.amount


def hoped(entry: Entry) -> Decimal | None:
    """What will count if everything that waits is recognised in full."""
    return entry.recognised_amount if entry.state == "recognised" else entry.amount


def amounts_of(
    indicator: Indicator, entries: Iterable[Entry], window: Window, worth: Worth, today: date
) -> Amounts:
    """What counts of the entries in the window, before shares and caps."""
    if indicator.nature == "stock":
        stocks: defaultdict[Cell, Fraction] = defaultdict(Fraction)
        for figure in newest(indicator, entries, standing(indicator, window, today), worth).values():
            stocks[figure.cell] += figure.amount
        return stocks
    sums: defaultdict[tuple[int, str | None], Decimal] = defaultdict(Decimal)
    for entry in entries:
        term = term_of(indicator, entry)
        if term is not None and window.holds(entry.occurred_on):
            sums[term, entry.opportunity_id] += worth(entry) or 0
    return {Cell(*cell): exact(amount) for cell, amount in sums.items()}


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What one stream of a stock stands at."""

    cell: Cell
    on: date
    amount: Fraction


def standing(indicator: Indicator, window: Window, today: date) -> Window:
    """Between which days a month-end figure stands at the end of the window, or today while it runs."""
    by = min(window.last, today)
    return Window(oldest_month_end(by, indicator.carry_months), by)


def newest(
    indicator: Indicator, entries: Iterable[Entry], days: Window, worth: Worth
) -> dict[Stream, MonthEnd]:
    """Of each stream the newest month-end figure within these days.

    A month end whose figures were all taken back says nothing: the one before it stands. A figure of 0 that
    nobody took back says 0.
    """
    at: defaultdict[tuple[Stream, date], list[Entry]] = defaultdict(list)
    for entry in entries:
        if (
            term_of(indicator, entry) is not None
            and days.holds(entry.occurred_on)
            and worth(entry) is not None
        ):
            at[stream_of(entry), entry.occurred_on].append(entry)
    found: dict[Stream, MonthEnd] = {}
    for (stream, day), told in sorted(at.items(), key=lambda item: item[0][1]):
        amount = exact(sum((worth(entry) or Decimal(0) for entry in told), Decimal(0)))
        term = term_of(indicator, told[0])
        is_void = amount == 0 and all(entry.is_reversed or entry.amount < 0 for entry in told)
        if term is not None and not is_void:
            found[stream] = MonthEnd(Cell(term, told[0].opportunity_id), day, amount)
    return found


def stream_of(entry: Entry) -> Stream:
    """What an entry is one of the month ends of."""
    return (
        entry.organisation_id,
        entry.pairing_id,
        entry.opportunity_id,
        entry.measure,
        entry.component,
    )


def term_of(indicator: Indicator, entry: Entry) -> int | None:
    """The number of the one term by which an entry counts; None where it does not."""
    for number, term in enumerate(indicator.terms):
        if term.measure == entry.measure and (term.components is None or entry.component in term.components):
            return number
    return None


def total(indicator: Indicator, amounts: Amounts) -> Fraction:
    """The figure of the indicator: shares first, then the caps."""
    if indicator.counts == "opportunities":
        return Fraction(len(counted_opportunities(indicator, amounts)))
    shared = [(cell, amount * exact(indicator.terms[cell.term].share)) for cell, amount in amounts.items()]
    if indicator.most_per_opportunity is not None:
        return _within_records(shared, exact(indicator.most_per_opportunity))
    by_term = [Fraction(0)] * len(indicator.terms)
    for cell, amount in shared:
        by_term[cell.term] += amount
    limits = [None if term.most_share is None else exact(term.most_share) for term in indicator.terms]
    return within_parts(list(zip(by_term, limits, strict=True)))


def counted_opportunities(indicator: Indicator, amounts: Amounts) -> frozenset[str]:
    """The joint records that have brought something, or what is asked of one at least."""
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    for cell, amount in amounts.items():
        if cell.opportunity_id is not None:
            sums[cell.opportunity_id] += amount * exact(indicator.terms[cell.term].share)
    least = exact(indicator.at_least or 0)
    return frozenset(name for name, amount in sums.items() if amount > 0 and amount >= least)


def _within_records(shared: list[tuple[Cell, Fraction]], most: Fraction) -> Fraction:
    """The sum of what each joint record brings, at most so much each; what belongs to none has no limit."""
    sums: defaultdict[str | None, Fraction] = defaultdict(Fraction)
    for cell, amount in shared:
        sums[cell.opportunity_id] += amount
    unbound = sums.pop(None, Fraction(0))
    return unbound + sum((min(amount, most) for amount in sums.values()), Fraction(0))


def within_parts(parts: list[tuple[Fraction, Fraction | None]]) -> Fraction:
    """The largest whole of which no part makes up more than its share.

    Parameters
    ----------
    parts : list of (amount, most)
        ``most`` is the part of the whole that the amount may make up; None: any.

    Returns
    -------
    Fraction
        The largest T >= 0 with T = sum(min(amount, most * T)); where there is none, because more was
        taken back than stands, the sum of what has no limit.
    """
    free = sum((amount for amount, most in parts if most is None or amount <= 0), Fraction(0))
    limited = [(amount, most) for amount, most in parts if most is not None and amount > 0]
    # By falling amount/most, nothing allowed first: whatever binds at a whole binds before all after it.
    limited.sort(key=lambda part: (part[1] > 0, -part[0] / part[1] if part[1] else Fraction(0)))
    loose, bound = free + sum((amount for amount, _ in limited), Fraction(0)), Fraction(0)
    for amount, most in limited:
        # Those passed bind, the rest does not: T = loose + bound * T, if the next one is within its part.
        if bound < 1 and most > 0 and loose * most >= amount * (1 - bound):
            return loose / (1 - bound)
        loose, bound = loose - amount, bound + most
    return loose / (1 - bound) if bound < 1 and loose >= 0 else free
