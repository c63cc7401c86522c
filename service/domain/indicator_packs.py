"""Indicator packs 指标包: what is assessed under a programme in a year, set by an authority.

Two packs ship as examples. They hold where no authority above an organisation has set its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter
from pydantic import Field as Check
from pydantic_core import PydanticCustomError
from sqlalchemy import CheckConstraint, Index, String, text
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, now, record_change
from service.domain import measures, regions
from service.domain.indicators import Indicator, Outlook
from service.domain.organisations import Organisation
from service.domain.pairings import Programme
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    JsonOf,
    StrictBody,
    Versioned,
    created,
    patched,
    replace_fields,
    require_version,
    strict,
)
from service.errors import Conflict, FieldError, Invalid, NotFound
from service.reference import catalogue
from service.units import Flag, Id, Instant, LongText, Name, Year


def _each_code_once(value: list[Indicator]) -> list[Indicator]:
    if len({indicator.code for indicator in value}) < len(value):
        raise PydanticCustomError("codes_repeat", "Every indicator has a code of its own.")
    return value


Indicators = Annotated[list[Indicator], Check(min_length=1, max_length=100), AfterValidator(_each_code_once)]


class PackFields(SQLModel):
    """What a pack says, typed once for table, body and answer."""

    name: Name
    programme: Programme = Field(sa_type=String(12))
    note: LongText | None = Field(default=None, sa_type=String(5000))
    outlook: Outlook = Field(sa_type=JsonOf(Outlook))
    indicators: Indicators = Field(sa_type=JsonOf(list[Indicator]))


def _example() -> dict[str, Any]:
    pack = catalogue.indicator_packs()["mountain_sea_example"]
    named = {"name": "山海协作考核2026", "note": "浙山海办〔2026〕1号", "year": 2026}
    return pack | named | {"indicators": pack["indicators"][:2]}


EXAMPLE: dict[str, Any] = _example()


class IndicatorPackWrite(PackFields, StrictBody):
    """Body of a new pack, and of a replacement."""

    model_config = strict(EXAMPLE)

    year: Year = Field(description="The year of assessments in which it holds.")


class IndicatorPack(PackFields, Versioned, table=True):
    """The stored pack; one that ships belongs to nobody and holds in every year."""

    __tablename__ = "indicator_packs"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) = (year IS NULL)", name="year_where_set"),
        Index(
            "uq_indicator_packs_year",
            "organisation_id",
            "programme",
            "year",
            unique=True,
            sqlite_where=text("organisation_id IS NOT NULL"),
            postgresql_where=text("organisation_id IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=200)
    organisation_id: str | None = Field(default=None, foreign_key="organisations.id", max_length=40)
    year: int | None = Field(default=None)
    is_example: bool = Field(default=False)


class IndicatorPackRead(PackFields, Answer):
    """A pack; what is assessed is open to every organisation."""

    id: Id
    organisation_id: Id | None = Field(description="The authority that set it; null for what ships.")
    year: Year | None = Field(description="Null: every year in which no authority has set another.")
    is_example: Flag = Field(description="Made up to show how a pack is written: no official scheme.")
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(_actor: Actor) -> SelectOfScalar[IndicatorPack]:
    """What is assessed is no secret among organisations."""
    return select(IndicatorPack)


def listed(actor: Actor, programme: Programme | None, year: int | None) -> SelectOfScalar[IndicatorPack]:
    """Packs of a programme that may hold in a year, what ships among them; oldest first."""
    statement = visible_to(actor).order_by(col(IndicatorPack.id))
    if programme:
        statement = statement.where(IndicatorPack.programme == programme)
    if year is None:
        return statement
    return statement.where(or_(col(IndicatorPack.year) == year, col(IndicatorPack.year).is_(None)))


def get(session: Session, actor: Actor, pack_id: str) -> IndicatorPack:
    """One pack; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(IndicatorPack.id == pack_id)).first()
    if found is None:
        raise NotFound()
    return found


def holding(
    session: Session, organisation: Organisation, programme: Programme, year: int
) -> IndicatorPack | None:
    """The pack by which an organisation is assessed: of the nearest authority above it, else what ships."""
    path = regions.path(session, organisation.region_code)
    statement = (
        select(IndicatorPack, Organisation.region_code)
        .join(Organisation, col(Organisation.id) == col(IndicatorPack.organisation_id), isouter=True)
        .where(IndicatorPack.programme == programme)
        .where(or_(col(IndicatorPack.year) == year, col(IndicatorPack.organisation_id).is_(None)))
    )
    found = []
    for pack, region_code in session.exec(statement):
        if pack.organisation_id == organisation.id:
            # Nobody sets what is asked of oneself.
            continue
        if pack.organisation_id is None:
            found.append((len(path) + 1, pack.id, pack))
        elif region_code in path:
            found.append((path.index(region_code), pack.id, pack))
        elif region_code is None:
            # Of the operator: for everybody whose authorities have set none.
            found.append((len(path), pack.id, pack))
    return min(found, key=lambda item: item[:2])[2] if found else None


def create(session: Session, actor: Actor, body: IndicatorPackWrite) -> IndicatorPack:
    """Set a pack of one's own for a programme and a year.

    Raises
    ------
    Conflict
        ``duplicate``: there is one already.
    """
    _require_measures(session, body)
    _require_no_twin(session, actor, body, None)
    row = IndicatorPack.model_validate(
        {**_values(body), **created(session), "id": new_id("pak"), "organisation_id": actor.organisation_id}
    )
    session.add(row)
    # A rival that was set meanwhile shows here.
    session.flush()
    _note(session, actor, row, "create")
    return row


def replace(
    session: Session, actor: Actor, pack_id: str, expected: ExpectedVersion, body: IndicatorPackWrite
) -> IndicatorPack:
    """Put a whole new body in place of the old. Submissions keep what they were signed with."""
    row = _own_locked(session, actor, pack_id, expected)
    return _write(session, actor, row, body)


def change(
    session: Session, actor: Actor, pack_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> IndicatorPack:
    """Apply a merge patch (RFC 7396); the list of indicators is replaced as a whole."""
    row = _own_locked(session, actor, pack_id, expected)
    return _write(session, actor, row, patched(IndicatorPackWrite, row, patch))


def remove(session: Session, actor: Actor, pack_id: str, expected: ExpectedVersion) -> None:
    """Take one's own pack back: what ships holds again."""
    row = _own_locked(session, actor, pack_id, expected)
    session.delete(row)
    _note(session, actor, row, "delete")


def ship(session: Session) -> Sequence[IndicatorPack]:
    """The rows of the packs that ship, with ids that stay."""
    instant = now(session)
    return [
        IndicatorPack.model_validate(
            {
                **pack,
                "outlook": Outlook.model_validate(pack["outlook"]),
                "indicators": TypeAdapter(list[Indicator]).validate_python(pack["indicators"]),
                "id": f"pak_{name.replace('_', '')}",
                "is_example": True,
                "version": 1,
                "created_at": instant,
                "updated_at": instant,
            }
        )
        for name, pack in catalogue.indicator_packs().items()
    ]


def _values(body: IndicatorPackWrite) -> dict[str, Any]:
    return {name: getattr(body, name) for name in IndicatorPackWrite.model_fields}


def _write(session: Session, actor: Actor, row: IndicatorPack, body: IndicatorPackWrite) -> IndicatorPack:
    _require_measures(session, body)
    _require_no_twin(session, actor, body, row.id)
    replace_fields(session, row, _values(body))
    _note(session, actor, row, "update")
    return row


def _require_measures(session: Session, body: IndicatorPackWrite) -> None:
    known = {row.name: row for row in session.exec(measures.listed())}
    errors = []
    for number, line in enumerate(body.indicators):
        for position, term in enumerate(line.terms):
            pointer, measure = f"/indicators/{number}/terms/{position}", known.get(term.measure)
            if measure is None:
                said = "Not registered; see GET /v1/measures."
                errors.append(FieldError(pointer, "unknown_measure", said))
            elif measure.nature != line.nature:
                said = f"{measure.name} is a {measure.nature}, and the indicator a {line.nature}."
                errors.append(FieldError(pointer, "other_nature", said))
            elif term.components and not measure.with_component:
                said = f"{measure.name} has no components."
                errors.append(FieldError(pointer, "no_components", said))
    if errors:
        raise Invalid(errors[:100])


def _require_no_twin(session: Session, actor: Actor, body: IndicatorPackWrite, own: str | None) -> None:
    twin = select(IndicatorPack.id).where(
        IndicatorPack.organisation_id == actor.organisation_id,
        IndicatorPack.programme == body.programme,
        IndicatorPack.year == body.year,
    )
    found = session.exec(twin).first()
    if found is not None and found != own:
        raise Conflict("duplicate", f"You have set {found} for this programme and year; change that one.")


def _own_locked(session: Session, actor: Actor, pack_id: str, expected: ExpectedVersion) -> IndicatorPack:
    statement = select(IndicatorPack).where(
        IndicatorPack.id == pack_id, IndicatorPack.organisation_id == actor.organisation_id
    )
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def _note(session: Session, actor: Actor, row: IndicatorPack, deed: str) -> None:
    record_change(session, "indicator_pack", row.id, deed)
    detail = {"programme": row.programme, "year": row.year, "indicators": len(row.indicators)}
    audit.record(session, actor, f"indicator_pack.{deed}", "indicator_pack", row.id, detail)
