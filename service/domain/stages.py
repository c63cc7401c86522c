"""Stages 阶段 of joint promotion, and the one table of how a record passes from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

Stage = Literal[
    "recommended",
    "contacted",
    "site_visit",
    "negotiating",
    "framework_signed",
    "signed",
    "company_registered",
    "site_secured",
    "under_construction",
    "completed",
    "operating",
    "at_capacity",
    "ended",
]
#: Whose word moves the record: either side's; that of the side which did not recommend; or both sides'.
By = Literal["either", "counterpart", "both"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a stage to another.

    Attributes
    ----------
    to : Stage
    by : {"either", "counterpart", "both"}
    renting : bool
        Only for a project that rents: it may pass over construction.
    unsealed : bool
        Only once both sides have agreed to name the investor.
    reason : bool
        A reason code has to be given.
    """

    to: Stage
    by: By = "either"
    renting: bool = False
    unsealed: bool = False
    reason: bool = False


_END: Final = Transition("ended", reason=True)
_FRAMEWORK: Final = Transition("framework_signed", by="both", unsealed=True)
_CONTRACT: Final = Transition("signed", by="both", unsealed=True)

TRANSITIONS: Final[Mapping[Stage, tuple[Transition, ...]]] = MappingProxyType(
    {
        "recommended": (Transition("contacted", by="counterpart"), _END),
        "contacted": (Transition("site_visit"), Transition("negotiating"), _END),
        "site_visit": (Transition("negotiating"), _END),
        "negotiating": (Transition("site_visit"), _FRAMEWORK, _CONTRACT, _END),
        "framework_signed": (Transition("negotiating"), _CONTRACT, _END),
        "signed": (Transition("company_registered"), _END),
        "company_registered": (Transition("site_secured"), _END),
        "site_secured": (
            Transition("under_construction"),
            Transition("completed", renting=True),
            Transition("operating", renting=True),
            _END,
        ),
        "under_construction": (Transition("completed"), _END),
        "completed": (Transition("operating"), _END),
        "operating": (Transition("at_capacity"), _END),
        "at_capacity": (_END,),
        "ended": (),
    }
)


def ways_from(stage: Stage, *, rents: bool) -> tuple[Transition, ...]:
    """The transitions that the table allows from a stage, for a project that rents or does not."""
    return tuple(way for way in TRANSITIONS[stage] if rents or not way.renting)


def way(stage: Stage, to: Stage, *, rents: bool) -> Transition | None:
    """The transition between two stages; None where the table has none."""
    return next((found for found in ways_from(stage, rents=rents) if found.to == to), None)


def furthest(stages: list[Stage]) -> Stage | None:
    """The stage that is furthest along; None of none."""
    return max(stages, key=STAGES.index, default=None)
