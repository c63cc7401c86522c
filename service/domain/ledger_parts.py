"""Who takes which part in a ledger entry, and the one table of what each may do with it in which state."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from sqlmodel import Session

from service.access.policy import Actor, governs
from service.domain import regions
from service.domain.ledger_entries import OPEN, SIDE_KINDS, LedgerEntry, PairingSide, State
from service.domain.opportunities import Opportunity, Side, sides_of
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing

Part = Literal["claimant", "partner", "authority"]
Action = Literal["confirm", "recognise", "reject", "reverse"]

#: For each action, from which state it leads to which. From anywhere else it is refused with 409.
TRANSITIONS: Final[Mapping[Action, Mapping[State, State]]] = MappingProxyType(
    {
        "confirm": {"claimed": "confirmed"},
        "recognise": {"confirmed": "recognised"},
        "reject": {"claimed": "rejected", "confirmed": "rejected"},
        # The entry stays as it is: what takes it back is an entry of its own.
        "reverse": {"claimed": "claimed", "confirmed": "confirmed", "recognised": "recognised"},
    }
)
#: Whose part an action is.
PARTS: Final[Mapping[Action, Part]] = MappingProxyType(
    {"confirm": "partner", "recognise": "authority", "reject": "authority", "reverse": "claimant"}
)


def organisation_of(row: Opportunity, side: Side) -> str:
    """The organisation that stands on a side of a joint record."""
    return row.project_organisation_id if side == "project" else row.profile_organisation_id


def sides_by_region(
    session: Session, region_code: str | None, pairing: Pairing | LedgerEntry
) -> frozenset[PairingSide]:
    """On which sides of a pairing a region stands: it is the side's, or lies below it."""
    above = regions.path(session, region_code)
    codes: dict[PairingSide, str] = {
        "supporting": pairing.supporting_region_code,
        "partner": pairing.partner_region_code,
    }
    return frozenset(side for side, code in codes.items() if code in above)


def parts_of(session: Session, actor: Actor, row: LedgerEntry) -> frozenset[Part]:
    """The parts that an actor has in an entry which it sees.

    Whoever claims or enters an entry never confirms it; an authority never decides on a claim of its own.
    """
    found: set[Part] = set()
    spoken_for = _spoken_for(session, actor, row)
    if row.organisation_id in spoken_for:
        found.add("claimant")
    if actor.organisation_id not in (row.organisation_id, row.entered_by_organisation_id):
        sides = {side for one in spoken_for.values() for side in sides_by_region(session, one, row)}
        if sides - {row.side}:
            found.add("partner")
        if actor.kind == "authority" and _governs_a_side(session, actor, row):
            found.add("authority")
    return frozenset(found)


def _spoken_for(session: Session, actor: Actor, row: LedgerEntry) -> dict[str, str | None]:
    """The organisations for which the actor speaks, each with its region."""
    if actor.kind in SIDE_KINDS:
        return {actor.organisation_id: actor.region_code}
    record = session.get(Opportunity, row.opportunity_id) if row.opportunity_id else None
    if actor.kind != "field_team" or record is None:
        return {}
    names = {organisation_of(record, side) for side in sides_of(actor, record)}
    return {name: session.get_one(Organisation, name).region_code for name in names}


def _governs_a_side(session: Session, actor: Actor, row: LedgerEntry) -> bool:
    codes = (row.supporting_region_code, row.partner_region_code)
    return governs(actor, tuple(regions.path(session, code) for code in codes))


def acts_with_original(row: LedgerEntry, original: LedgerEntry) -> bool:
    """Whether a reversal goes with the entry that it takes back: as long as nobody has decided on that."""
    return row.id != original.id and original.state in OPEN


def actions_of(session: Session, actor: Actor, row: LedgerEntry) -> list[Action]:
    """What an actor may do with an entry now, in the order of the table."""
    parts = parts_of(session, actor, row)
    possible = [action for action, states in TRANSITIONS.items() if row.state in states]
    if row.is_reversed and row.state in OPEN:
        return []
    if row.reverses_id is not None:
        original = session.get_one(LedgerEntry, row.reverses_id)
        possible = [] if acts_with_original(row, original) else [a for a in possible if a != "reverse"]
    elif row.left == 0:
        possible = [action for action in possible if action != "reverse"]
    return [action for action in possible if PARTS[action] in parts]
