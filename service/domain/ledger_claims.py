"""Claims: how an entry comes into the ledger, and under which one pairing it counts."""

from __future__ import annotations

from sqlmodel import Session, select

from service.access.policy import Actor
from service.database import new_id
from service.domain import ledger_checks, opportunities
from service.domain.ledger_checks import amount_of, measure_of
from service.domain.ledger_entries import SIDE_KINDS, CountedUnder, LedgerEntry, LedgerEntryWrite
from service.domain.ledger_families import note
from service.domain.ledger_parts import organisation_of, sides_by_region
from service.domain.opportunities import Opportunity, sides_of
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing
from service.domain.shapes import created
from service.errors import Conflict, Forbidden, invalid


def claim(session: Session, actor: Actor, body: LedgerEntryWrite) -> LedgerEntry:
    """Enter what happened, for one's own organisation, or as a field team for the side it speaks for.

    Raises
    ------
    NotFound
        For a joint record in which the actor takes no part.
    Forbidden
        ``not_a_side`` of the pairing.
    Conflict
        ``duplicate``; ``counted_elsewhere``.
    Invalid
        For what does not fit the measure or the pairing, and for contacts or sealed names in its texts.
    """
    record = _record(session, actor, body.opportunity_id)
    pairing = session.get(Pairing, body.pairing_id)
    if pairing is None:
        raise invalid("/pairing_id", "unknown_pairing", "There is no such pairing; see GET /v1/pairings.")
    organisation_id, region_code = _claimant(session, actor, record)
    sides = sorted(sides_by_region(session, region_code, pairing))
    if not sides:
        raise Forbidden("not_a_side", "You may claim under pairings of your own region only.")
    measure = measure_of(session, body.measure)
    ledger_checks.require_fit(session, measure, body)
    amount = amount_of(measure, body.amount)
    ledger_checks.require_pairing(session, pairing, record, body.occurred_on)
    ledger_checks.require_evidence(body.evidence)
    sealed = ledger_checks.sealed_names(session, organisation_id, body.opportunity_id)
    ledger_checks.require_decent(ledger_checks.texts_of(body), sealed)
    ledger_checks.require_not_alike(session, actor, body, amount)
    if record is not None:
        _count_under(session, record.id, pairing.id)
    row = LedgerEntry.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("led"),
            "organisation_id": organisation_id,
            "entered_by_organisation_id": actor.organisation_id,
            "living_opportunity_id": body.opportunity_id,
            "programme": pairing.programme,
            "supporting_region_code": pairing.supporting_region_code,
            "partner_region_code": pairing.partner_region_code,
            "side": sides[-1],
            "amount": amount,
        }
    )
    session.add(row)
    # Whatever the database refuses is refused here.
    session.flush()
    note(session, actor, row, "claim")
    return row


def _record(session: Session, actor: Actor, opportunity_id: str | None) -> Opportunity | None:
    """The joint record, locked: what comes of it is entered one after the other. Raises ``NotFound``."""
    if opportunity_id is None:
        return None
    opportunities.get(session, actor, opportunity_id)
    return session.exec(
        select(Opportunity).where(Opportunity.id == opportunity_id).with_for_update(key_share=True)
    ).one()


def _claimant(session: Session, actor: Actor, record: Opportunity | None) -> tuple[str, str | None]:
    """The organisation that claims, with its region: a team that speaks for both, for the project's."""
    if actor.kind in SIDE_KINDS:
        return actor.organisation_id, actor.region_code
    if actor.kind != "field_team" or record is None:
        raise Forbidden("not_a_side", "The sides of a pairing claim, and field teams on joint records.")
    side = max(sides_of(actor, record))
    found = session.get_one(Organisation, organisation_of(record, side))
    return found.id, found.region_code


def _count_under(session: Session, opportunity_id: str, pairing_id: str) -> None:
    """Have all that the record brought count under this pairing, unless something lives under another."""
    row = session.get(CountedUnder, opportunity_id)
    if row is None:
        session.add(CountedUnder(opportunity_id=opportunity_id, pairing_id=pairing_id))
    elif row.pairing_id != pairing_id:
        living = select(LedgerEntry.id).where(LedgerEntry.living_opportunity_id == opportunity_id)
        if session.exec(living).first() is not None:
            raise Conflict(
                "counted_elsewhere",
                "All that one joint record brings counts under one pairing, and there are entries under "
                "another. Take those back first, or claim under that pairing.",
            )
        row.pairing_id = pairing_id
        session.add(row)
    # The entry refers to it.
    session.flush()
