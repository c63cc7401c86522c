"""What a claim must satisfy: its measure, its pairing, its texts, and that the same is not counted twice."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, and_, col, or_, select

from service.access.policy import Actor
from service.database import now
from service.domain import ledger_entries, pairings, regions
from service.domain.amounts import decimals_of, exact
from service.domain.ledger_entries import OPEN, LedgerEntry, LedgerEntryFields, LedgerEntryWrite
from service.domain.measures import Measure
from service.domain.opportunities import Opportunity
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing
from service.domain.profiles import Evidence, Profile
from service.domain.projects import Project
from service.errors import Conflict, FieldError, Invalid, invalid
from service.units import shanghai_day

# Mobile and fixed telephones, e-mail addresses, identity numbers, however they are spaced.
_CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
    r"|(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"
)


def amount_of(measure: Measure, value: float) -> Decimal:
    """The amount as a decimal, where the measure allows it; raises ``Invalid``."""
    amount = exact(value)
    if value > measure.maximum:
        said = f"The largest amount of one entry is {measure.maximum:g} {measure.unit}."
        raise invalid("/amount", "number_out_of_range", said)
    if decimals_of(amount) > measure.decimals:
        said = f"{measure.name} is counted with {measure.decimals} digits after the point at most."
        raise invalid("/amount", "too_many_decimals", said)
    return amount


def measure_of(session: Session, name: str) -> Measure:
    """The measure, its row locked: what looks alike is entered and recognised one after the other."""
    statement = select(Measure).where(Measure.name == name).with_for_update(key_share=True)
    found = session.exec(statement).first()
    if found is None:
        raise invalid("/measure", "unknown_measure", "Not registered; see GET /v1/measures.")
    return found


def lock_kin(session: Session, name: str) -> None:
    """Lock a measure, what it is part of and what is part of it, in one order: their sums are compared."""
    whole = select(Measure.at_most).where(Measure.name == name)
    kin = or_(col(Measure.name) == name, col(Measure.at_most) == name, col(Measure.name).in_(whole))
    statement = select(Measure).where(kin).order_by(col(Measure.name)).with_for_update(key_share=True)
    session.exec(statement).all()


def require_fit(session: Session, measure: Measure, body: LedgerEntryWrite) -> None:
    """Raise ``Invalid`` unless amount, component and day are such as the measure has."""
    if measure.nature == "flow" and body.amount == 0:
        raise invalid("/amount", "nothing_claimed", "Claim something; only a stock may be 0.")
    if body.component is not None and not measure.with_component:
        raise invalid("/component", "not_expected", f"{measure.name} has no components.")
    if body.component is None and measure.with_component:
        raise invalid("/component", "missing", "Say what the money went into.")
    require_day(session, measure, body.occurred_on)


def require_day(session: Session, measure: Measure, day: date) -> None:
    """Raise ``Invalid`` for a day that has not come, and of a stock for any but a month's last."""
    if measure.nature == "stock" and day.day != calendar.monthrange(day.year, day.month)[1]:
        raise invalid("/occurred_on", "not_a_month_end", "A stock is told as of the last day of a month.")
    # A day of tolerance: a clerk's clock may be ahead of the database's.
    if day > shanghai_day(now(session)) + timedelta(days=1):
        raise invalid("/occurred_on", "in_the_future", "What has happened has a day that has come.")


def require_pairing(session: Session, pairing: Pairing, record: Opportunity | None, day: date) -> None:
    """Raise ``Invalid`` unless the pairing was in force, and joins the two places of the joint record."""
    if not pairings.holds_on(pairing, day):
        raise invalid("/pairing_id", "pairing_not_in_force", "The pairing was not in force on that day.")
    if record is None:
        return
    profile = session.get_one(Profile, record.profile_id)
    bureau = session.get_one(Organisation, record.project_organisation_id)
    from_here = set(regions.path(session, bureau.region_code))
    # An enclave is counted for its home regions as well as for its host.
    codes = (profile.region_code, *profile.home_region_codes)
    to_there = {code for one in codes for code in regions.path(session, one)}
    one, other = pairing.supporting_region_code, pairing.partner_region_code
    if not ((one in from_here and other in to_there) or (other in from_here and one in to_there)):
        said = "This pairing does not join the regions of the joint record."
        raise invalid("/pairing_id", "pairing_of_other_regions", said)


def require_decent(fields: Iterable[tuple[str, str | None]], sealed: Sequence[str] = ()) -> None:
    """Raise ``Invalid`` for every text that holds a contact or the name of a sealed investor."""
    errors = []
    for pointer, text in fields:
        plain = unicodedata.normalize("NFKC", text or "")
        if _CONTACT.search(plain):
            said = "Leave out telephone numbers, e-mail addresses and identity numbers."
            errors.append(FieldError(pointer, "contact_in_text", said))
        if any(pattern_of(name).search(plain) for name in sealed):
            said = "This names an investor who is sealed. Leave the name out, or unseal it first."
            errors.append(FieldError(pointer, "sealed_investor_in_text", said))
    if errors:
        raise Invalid(errors)


def texts_of(body: LedgerEntryFields) -> list[tuple[str, str | None]]:
    """Every free text of a claim with its pointer."""
    lines = [
        (f"/evidence/{number}/{name}", getattr(line, name))
        for number, line in enumerate(body.evidence)
        for name in ("source", "document_no")
    ]
    return [*lines, ("/note", body.note)]


def require_evidence(evidence: Sequence[Evidence]) -> None:
    """Raise ``Invalid`` for a line of evidence that names nothing."""
    for number, line in enumerate(evidence):
        if not line.source and not line.document_no:
            said = "Name the source or the number of the document."
            raise invalid(f"/evidence/{number}", "empty_evidence", said)


def pattern_of(name: str) -> re.Pattern[str]:
    """A name however it is spaced, in either width of letters, in capitals or not."""
    letters = "".join(unicodedata.normalize("NFKC", name).split())
    return re.compile(r"\s*".join(map(re.escape, letters)), re.IGNORECASE)


def sealed_names(session: Session, organisation_id: str, record_id: str | None) -> list[str]:
    """The investors whom an organisation knows, but for that of this record where both have unsealed it.

    Whom it does not know it may guess: refusing a guess would confirm it. Such a text is left out where
    the entry is shown.
    """
    unsealed = and_(
        col(Opportunity.unsealed_by_project_at).is_not(None),
        col(Opportunity.unsealed_by_profile_at).is_not(None),
    )
    told = select(Opportunity.project_id).where(
        unsealed, Opportunity.profile_organisation_id == organisation_id
    )
    of_record = select(Opportunity.project_id).where(unsealed, Opportunity.id == record_id)
    statement = select(Project.investor_name).where(
        or_(col(Project.organisation_id) == organisation_id, col(Project.id).in_(told)),
        col(Project.investor_name).is_not(None),
    )
    allowed = set(session.exec(select(Project.investor_name).where(col(Project.id).in_(of_record))))
    return [name for name in session.exec(statement) if name and name.strip() and name not in allowed]


def require_not_alike(session: Session, actor: Actor, body: LedgerEntryWrite, amount: Decimal) -> None:
    """Raise ``Conflict`` where a visible entry is about the same, unless the claim says that it is not."""
    if body.separate:
        return
    seen = ledger_entries.visible_to(actor).where(
        LedgerEntry.measure == body.measure,
        LedgerEntry.occurred_on == body.occurred_on,
        col(LedgerEntry.amount) == amount,
    )
    for row in session.exec(seen):
        if _is_alike(row, body):
            _refuse_alike(row, body.pairing_id)


def require_not_recognised(session: Session, row: LedgerEntry) -> None:
    """Raise ``Conflict`` where the same is recognised under another pairing, whoever claimed it."""
    if row.separate:
        return
    others = select(LedgerEntry).where(
        LedgerEntry.measure == row.measure,
        LedgerEntry.occurred_on == row.occurred_on,
        col(LedgerEntry.amount) == row.amount,
        LedgerEntry.state == "recognised",
        LedgerEntry.pairing_id != row.pairing_id,
    )
    for other in session.exec(others):
        if _is_alike(other, row):
            _refuse_alike(other, row.pairing_id)


def _is_alike(row: LedgerEntry, body: LedgerEntryFields) -> bool:
    """Of the same measure, day and amount: whether it is of the same record too, or on the same document."""
    if row.reverses_id is not None or row.component != body.component:
        return False
    if row.state == "rejected" or row.is_reversed:
        return False
    numbers = {line.document_no for line in row.evidence} & {line.document_no for line in body.evidence}
    same_record = row.opportunity_id is not None and row.opportunity_id == body.opportunity_id
    return same_record or bool(numbers - {None})


def _refuse_alike(row: LedgerEntry, pairing_id: str) -> None:
    if row.pairing_id == pairing_id:
        raise Conflict(
            "duplicate",
            "An entry of the same day, amount and record or document is there already. If this is something "
            "else, say so with `separate`.",
        )
    raise Conflict(
        "counted_elsewhere",
        "An entry of the same day, amount and record or document stands under another pairing, and nothing "
        "counts under two. If this is something else, say so with `separate`.",
    )


def part_and_whole(session: Session, row: LedgerEntry, *, recognised: bool) -> tuple[str, Decimal] | None:
    """By how much a part is more than its whole in the month of an entry, with the whole's name.

    None where the measure is part of none, or the sums fit. ``recognised``: of what is recognised, else
    of all that is claimed.
    """
    measures = {found.name: found for found in session.exec(select(Measure))}
    pairs = [(name, found.at_most) for name, found in measures.items() if found.at_most]
    for part, whole in pairs:
        if row.measure in (part, whole) and whole:
            excess = _sum(session, row, part, recognised) - _sum(session, row, whole, recognised)
            if excess > 0:
                return whole, excess
    return None


def _sum(session: Session, row: LedgerEntry, measure: str, recognised: bool) -> Decimal:
    day = row.occurred_on
    statement = select(LedgerEntry).where(
        LedgerEntry.pairing_id == row.pairing_id,
        LedgerEntry.measure == measure,
        col(LedgerEntry.opportunity_id).is_(None)
        if row.opportunity_id is None
        else col(LedgerEntry.opportunity_id) == row.opportunity_id,
        col(LedgerEntry.occurred_on) >= day.replace(day=1),
        col(LedgerEntry.occurred_on) <= day.replace(day=calendar.monthrange(day.year, day.month)[1]),
    )
    rows = session.exec(statement)
    if recognised:
        return sum((found.recognised_amount or Decimal(0) for found in rows), Decimal(0))
    return sum((found.amount for found in rows if found.state in OPEN | {"recognised"}), Decimal(0))
