"""What is done with ledger entries: confirm, recognise, reject, take back; claims are in ``ledger_claims``.

As long as nobody has decided on the
entry, its reversals go with it from state to state: what was taken back of a claim is never recognised.
Once it is recognised, a reversal goes through the states by itself.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlmodel import Field, Session

from service.access.policy import Actor
from service.database import new_id, now
from service.domain import ledger_checks
from service.domain.amounts import exact, rounded
from service.domain.ledger_checks import amount_of
from service.domain.ledger_entries import OPEN, LedgerEntry
from service.domain.ledger_families import Family, note, ready, settle, together
from service.domain.measures import Measure
from service.domain.shapes import ExpectedVersion, StrictBody, created, replace_fields, strict
from service.errors import Conflict, invalid
from service.units import AnyQuantity, Day, Share, WrittenText


class LedgerRecognition(StrictBody):
    """Body of a recognition."""

    model_config = strict({"eligible_share": 0.8})

    eligible_share: Share | None = Field(
        default=None, description="1 where it is left out; of a reversal that of the entry it takes back."
    )


class LedgerRejection(StrictBody):
    """Body of a rejection."""

    model_config = strict({"reason": "验资报告与银行回单金额不符"})

    reason: WrittenText


class LedgerReversal(StrictBody):
    """Body of a reversal."""

    model_config = strict({"amount": 200, "reason": "部分资金退回"})

    amount: AnyQuantity | None = Field(
        default=None, description="In the measure's unit; all that is left where it is left out."
    )
    occurred_on: Day | None = Field(
        default=None, description="When it went back; the entry's own day where it corrects a mistake."
    )
    reason: WrittenText


def confirm(session: Session, actor: Actor, entry_id: str, expected: ExpectedVersion) -> LedgerEntry:
    """The other side of the pairing confirms that it is so."""
    family, row = ready(session, actor, entry_id, expected, "confirm")
    fields = {"confirmed_by_organisation_id": actor.organisation_id, "confirmed_at": now(session)}
    for member in together(family, row):
        replace_fields(session, member, fields | {"state": "confirmed"})
        note(session, actor, member, "confirm")
    return row


def recognise(
    session: Session, actor: Actor, entry_id: str, expected: ExpectedVersion, body: LedgerRecognition
) -> LedgerEntry:
    """The authority has it count, at a share; of what was taken back before, at the same.

    Raises
    ------
    Conflict
        ``counted_elsewhere``: the same is recognised under another pairing; ``more_than_whole``.
    Invalid
        ``other_share``: a reversal takes back at the share of its entry.
    """
    family, row = ready(session, actor, entry_id, expected, "recognise")
    ledger_checks.lock_kin(session, row.measure)
    share = _share(family, row, body)
    if row is family.original:
        ledger_checks.require_not_recognised(session, row)
    for member in together(family, row):
        fields = _decided(session, actor) | {"state": "recognised", "eligible_share": share}
        replace_fields(session, member, fields | {"recognised_amount": _recognised(family, member, share)})
        note(session, actor, member, "recognise", {"eligible_share": str(share)})
    _require_part_within_whole(session, row)
    settle(session, family)
    return row


def _share(family: Family, row: LedgerEntry, body: LedgerRecognition) -> Decimal:
    given = None if body.eligible_share is None else exact(body.eligible_share)
    if given is not None and rounded(given) != given:
        raise invalid("/eligible_share", "too_many_decimals", "Give a share with 6 decimals at most.")
    if row is family.original:
        return Decimal(1) if given is None else given
    share = family.original.eligible_share
    if share is None:
        raise AssertionError("a reversal is recognised by itself only where its entry is")
    if given is not None and given != share:
        said = f"The entry that it takes back was recognised at {share.normalize():f}: so is this."
        raise invalid("/eligible_share", "other_share", said)
    return share


def _recognised(family: Family, row: LedgerEntry, share: Decimal) -> Decimal:
    """What an entry adds to the recognised sum: the shares of what is left after it less what was before.

    So however often an amount is taken back in parts, the rounded parts add up to the rounded whole.
    """
    before = sum(
        (member.amount for member in family.members() if member.state == "recognised" and member is not row),
        Decimal(0),
    )
    return rounded(share * (before + row.amount)) - rounded(share * before)


def reject(
    session: Session, actor: Actor, entry_id: str, expected: ExpectedVersion, body: LedgerRejection
) -> LedgerEntry:
    """The authority refuses it, with a reason. A reversal that is refused takes nothing back."""
    family, row = ready(session, actor, entry_id, expected, "reject")
    ledger_checks.require_decent([("/reason", body.reason)])
    for member in together(family, row):
        fields = _decided(session, actor) | {"state": "rejected", "rejection_reason": body.reason}
        replace_fields(session, member, fields)
        note(session, actor, member, "reject")
    if row is not family.original:
        left = family.original.reversed_amount + row.amount
        replace_fields(session, family.original, {"reversed_amount": left})
    settle(session, family)
    return row


def reverse(session: Session, actor: Actor, entry_id: str, body: LedgerReversal) -> LedgerEntry:
    """Take back all or a part: an entry with the opposite amount, which is returned.

    Raises
    ------
    Conflict
        ``nothing_left``; ``more_than_left``, saying what is.
    Invalid
        For a day before the entry's, or of a stock another than the entry's.
    """
    family, original = ready(session, actor, entry_id, "any", "reverse")
    measure = session.get_one(Measure, original.measure)
    amount = original.left if body.amount is None else amount_of(measure, body.amount)
    if original.left == 0:
        raise Conflict("nothing_left", "All of this entry has been taken back.")
    if amount == 0:
        raise invalid("/amount", "nothing_claimed", "Take back something.")
    if amount > original.left:
        left = f"{original.left.normalize():f} {measure.unit}"
        raise Conflict("more_than_left", f"No more than {left} is left of this entry.")
    day = body.occurred_on or original.occurred_on
    ledger_checks.require_day(session, measure, day)
    if day < original.occurred_on or (measure.nature == "stock" and day != original.occurred_on):
        said = "It goes back on the entry's day or later; a stock is corrected on its own day."
        raise invalid("/occurred_on", "not_of_the_entry", said)
    sealed = ledger_checks.sealed_names(session, original.organisation_id, original.opportunity_id)
    ledger_checks.require_decent([("/reason", body.reason)], sealed)
    replace_fields(session, original, {"reversed_amount": original.reversed_amount + amount})
    row = _opposite(session, actor, original, amount, body)
    row.occurred_on = day
    session.add(row)
    # The family is settled by what is stored of it.
    session.flush()
    family.reversals.append(row)
    note(session, actor, row, "reverse", {"reverses_id": original.id})
    settle(session, family)
    return row


def _opposite(
    session: Session, actor: Actor, original: LedgerEntry, amount: Decimal, body: LedgerReversal
) -> LedgerEntry:
    kept = (
        "organisation_id",
        "opportunity_id",
        "living_opportunity_id",
        "pairing_id",
        "programme",
        "supporting_region_code",
        "partner_region_code",
        "side",
        "measure",
        "component",
        "occurred_on",
        "evidence",
    )
    is_open = original.state in OPEN
    stamps = ("confirmed_by_organisation_id", "confirmed_at") if is_open else ()
    return LedgerEntry.model_validate(
        {
            **{name: getattr(original, name) for name in (*kept, *stamps)},
            **created(session),
            "id": new_id("led"),
            "entered_by_organisation_id": actor.organisation_id,
            "amount": -amount,
            "reverses_id": original.id,
            "state": original.state if is_open else "claimed",
            "reason": body.reason,
        }
    )


def _decided(session: Session, actor: Actor) -> dict[str, Any]:
    return {"decided_by_organisation_id": actor.organisation_id, "decided_at": now(session)}


def _require_part_within_whole(session: Session, row: LedgerEntry) -> None:
    found = ledger_checks.part_and_whole(session, row, recognised=True)
    if found is not None:
        whole, excess = found
        raise Conflict(
            "more_than_whole",
            f"More would be recognised than of {whole} in the same month, by {excess.normalize():f}. "
            "Of that measure, recognise what is missing first, or take back the part first.",
        )
