"""What the tests of assessments compute on: indicators and entries in few words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

from hypothesis import strategies as st

from service.domain.assessing.counting import Entry, State, amounts_of, recognised, total
from service.domain.assessing.projecting import CASES, Cases, Prospective, Step
from service.domain.assessing.windows import Window
from service.domain.indicators import Chance, Delay, Indicator, Outlook
from service.domain.stages import Stage

_numbers = count()

YEAR = Window(date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 11, 28)

OUTLOOK = Outlook(
    claimed=Chance(low=0, expected=0.5, high=1),
    confirmed=Chance(low=0.5, expected=0.8, high=1),
    stages={
        "signed": Chance(low=0.2, expected=0.6, high=1),
        "contacted": Chance(low=0, expected=0.1, high=0.2),
    },
    delay=Delay(low=90, expected=30, high=0),
)


def indicator(**fields: Any) -> Indicator:
    """Funds in place of every component, by done against target, unless said otherwise."""
    named: dict[str, Any] = {
        "code": "funds",
        "name_zh": "到位资金",
        "name_en": "Funds",
        "unit": "10k CNY",
        "unit_zh": "万元",
        "nature": "flow",
        "points": 10,
        "terms": [{"measure": "funds_in_place"}],
        "source": "test",
    }
    return Indicator.model_validate(named | fields)


def entry(
    amount: float,
    on: str = "2026-06-30",
    *,
    state: State = "recognised",
    share: float = 1,
    measure: str = "funds_in_place",
    component: str | None = None,
    record: str | None = "opp_1",
    pairing: str = "par_1",
    is_reversed: bool = False,
) -> Entry:
    """An entry; recognised at the share."""
    exactly = Decimal(str(amount))
    return Entry(
        entry_id=f"led_{next(_numbers):06}",
        organisation_id="org_1",
        opportunity_id=record,
        pairing_id=pairing,
        measure=measure,
        component=component,
        amount=exactly,
        recognised_amount=exactly * Decimal(str(share)) if state == "recognised" else Decimal(0),
        occurred_on=date.fromisoformat(on),
        state=state,
        is_reversed=is_reversed,
    )


def counted(line: Indicator, *entries: Entry, worth: Any = recognised, today: date = TODAY) -> Fraction:
    """What the entries amount to within the year."""
    return total(line, amounts_of(line, entries, YEAR, worth, today))


JOBS = indicator(nature="stock", terms=[{"measure": "jobs"}], carry_months=1)


def jobs(amount: float, on: str, **more: Any) -> Entry:
    """An entry of the stock that `JOBS` counts."""
    return entry(amount, on, measure="jobs", **more)


CAPPED = [
    {"measure": "funds_in_place", "components": ["fixed_asset"]},
    {"measure": "funds_in_place", "components": ["land"], "share": 0.5, "most_share": 0.4},
]
ENTRIES = st.lists(
    st.builds(
        entry,
        st.integers(-500, 500),
        st.sampled_from(["2025-12-31", "2026-03-31", "2026-10-31"]),
        state=st.sampled_from(["claimed", "confirmed", "recognised"]),
        share=st.sampled_from([0.3, 1]),
        component=st.sampled_from(["fixed_asset", "land"]),
        record=st.sampled_from(["opp_1", "opp_9", None]),
    ),
    max_size=8,
)


def always(value: float) -> Cases:
    """A figure that is known."""
    return dict.fromkeys(CASES, Fraction(str(value)))


def record(
    stage: Stage = "signed",
    *days: str | None,
    name: str = "opp_9",
    investment: float = 1000,
    workers: float = 100,
    kind: str = "funds_in_place",
) -> Prospective:
    """A joint record with a milestone planned for each of the days."""
    steps = tuple(Step(kind, date.fromisoformat(day) if day else None, None) for day in days)
    brings = {"fixed_investment": always(investment), "labour": always(workers), "firm": always(1)}
    return Prospective(name, stage, brings, steps)  # type: ignore[arg-type]
