"""Bulletins 通报: the ranks that an authority has made known; they go before every rank that is computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field as Check
from sqlalchemy import CheckConstraint, Date, Index, String, delete
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, record_change
from service.domain import oversight
from service.domain.assessing.ranks import Told
from service.domain.indicators import Period
from service.domain.organisations import Organisation
from service.domain.pairings import Programme
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    StrictBody,
    Versioned,
    created,
    require_version,
    strict,
)
from service.errors import FieldError, Invalid, NotFound
from service.units import Day, Id, Instant, Name, QuantityName, Rank, ShortText, Year


class BulletinFields(SQLModel):
    """What the bulletin is about, and which document it is."""

    programme: Programme = Field(sa_type=String(12))
    year: Year
    period: Period = Field(default="year", sa_type=String(20))
    title: Name
    document_no: ShortText | None = None
    issued_on: Day = Field(sa_type=Date)


class BulletinRank(StrictBody):
    """A rank, of an indicator or of the whole."""

    organisation_id: Id
    indicator: QuantityName | None = Field(default=None, description="Null: of the whole assessment.")
    rank: Rank
    of: Rank | None = Field(default=None, description="How many were ranked.")


EXAMPLE: dict[str, Any] = {
    "programme": "mountain_sea",
    "year": 2026,
    "period": "first_three_quarters",
    "title": "2026年前三季度山海协作通报",
    "document_no": "浙山海办〔2026〕11号",
    "issued_on": "2026-10-20",
    "ranks": [
        {
            "organisation_id": "org_00000000000000000000000001",
            "indicator": "funds_in_place",
            "rank": 7,
            "of": 26,
        }
    ],
}


class BulletinWrite(BulletinFields, StrictBody):
    """Body of a new bulletin."""

    model_config = strict(EXAMPLE)

    ranks: Annotated[list[BulletinRank], Check(min_length=1, max_length=5000)]


class Bulletin(BulletinFields, Versioned, table=True):
    """The stored bulletin; it is never changed, a later one goes before it."""

    __tablename__ = "bulletins"
    __table_args__ = (Index("ix_bulletins_programme_year_period", "programme", "year", "period"),)

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    title: str = Field(max_length=200)
    document_no: str | None = Field(default=None, max_length=100)
    issued_on: date


class StoredRank(SQLModel, table=True):
    """A rank of a bulletin; ``number`` is its place in it."""

    __tablename__ = "bulletin_ranks"
    __table_args__ = (CheckConstraint('rank >= 1 AND ("of" IS NULL OR rank <= "of")', name="one_of_them"),)

    bulletin_id: str = Field(primary_key=True, foreign_key="bulletins.id", max_length=40)
    number: int = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    indicator: str | None = Field(default=None, max_length=60)
    rank: int
    of: int | None = Field(default=None)


class BulletinRead(BulletinFields, Answer):
    """A bulletin as its authority, and all that it ranks, see it."""

    id: Id
    organisation_id: Id
    ranks: list[BulletinRank]
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(actor: Actor) -> SelectOfScalar[Bulletin]:
    """Own bulletins, and those that rank an organisation whose assessment the actor may see."""
    ranked = select(StoredRank.bulletin_id).where(
        col(StoredRank.organisation_id).in_(oversight.ids_overseen(actor))
    )
    return select(Bulletin).where(
        or_(col(Bulletin.organisation_id) == actor.organisation_id, col(Bulletin.id).in_(ranked))
    )


def listed(
    actor: Actor, programme: Programme | None, year: int | None, period: Period | None
) -> SelectOfScalar[Bulletin]:
    """Visible bulletins, oldest first."""
    statement = visible_to(actor).order_by(col(Bulletin.id))
    for column, value in ((Bulletin.programme, programme), (Bulletin.year, year), (Bulletin.period, period)):
        if value is not None:
            statement = statement.where(col(column) == value)
    return statement


def get(session: Session, actor: Actor, bulletin_id: str) -> Bulletin:
    """One visible bulletin; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Bulletin.id == bulletin_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, row: Bulletin) -> BulletinRead:
    """The bulletin with its ranks in their order."""
    statement = select(StoredRank).where(StoredRank.bulletin_id == row.id).order_by(col(StoredRank.number))
    ranks = [
        BulletinRank(**rank.model_dump(include=set(BulletinRank.model_fields)))
        for rank in session.exec(statement)
    ]
    return BulletinRead(**row.model_dump(), ranks=ranks)


def create(session: Session, actor: Actor, body: BulletinWrite) -> Bulletin:
    """Make ranks known, of organisations below the actor.

    Raises
    ------
    Invalid
        ``unknown_organisation``, ``ranked_twice``, ``rank_beyond_last``.
    """
    _check(session, actor, body)
    row = Bulletin.model_validate(
        {
            **body.model_dump(exclude={"ranks"}),
            **created(session),
            "id": new_id("bul"),
            "organisation_id": actor.organisation_id,
        }
    )
    session.add(row)
    # The ranks refer to the row.
    session.flush()
    session.add_all(
        StoredRank(bulletin_id=row.id, number=number, **rank.model_dump())
        for number, rank in enumerate(body.ranks)
    )
    session.flush()
    _note(session, actor, row, "create")
    return row


def remove(session: Session, actor: Actor, bulletin_id: str, expected: ExpectedVersion) -> None:
    """Take back one's own bulletin that was entered by mistake."""
    own = select(Bulletin).where(
        Bulletin.id == bulletin_id, Bulletin.organisation_id == actor.organisation_id
    )
    row = session.exec(own.with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    session.execute(delete(StoredRank).where(col(StoredRank.bulletin_id) == row.id))
    session.delete(row)
    _note(session, actor, row, "delete")


def told(
    session: Session, organisation_id: str, programme: Programme, year: int, period: Period
) -> Mapping[str | None, Told]:
    """By indicator (None: of the whole), what the newest bulletin that ranks the organisation says."""
    statement = (
        select(StoredRank)
        .join(Bulletin, col(Bulletin.id) == col(StoredRank.bulletin_id))
        .where(
            StoredRank.organisation_id == organisation_id,
            Bulletin.programme == programme,
            Bulletin.year == year,
            Bulletin.period == period,
        )
        .order_by(col(Bulletin.issued_on), col(Bulletin.id), col(StoredRank.number))
    )
    # Later ones go before earlier ones.
    return {row.indicator: Told(row.rank, row.of, row.bulletin_id) for row in session.exec(statement)}


def _check(session: Session, actor: Actor, body: BulletinWrite) -> None:
    seen: set[tuple[str, str | None]] = set()
    errors = []
    known: dict[str, bool] = {}
    for number, rank in enumerate(body.ranks):
        pointer, name = f"/ranks/{number}", rank.organisation_id
        if name not in known:
            organisation = session.get(Organisation, name)
            known[name] = organisation is not None and oversight.is_set_by(session, actor, organisation)
        if not known[name]:
            said = "Rank organisations of your own region."
            errors.append(FieldError(f"{pointer}/organisation_id", "unknown_organisation", said))
        if (name, rank.indicator) in seen:
            errors.append(FieldError(pointer, "ranked_twice", "Nobody has two ranks of the same."))
        seen.add((name, rank.indicator))
        if rank.of is not None and rank.rank > rank.of:
            errors.append(FieldError(f"{pointer}/rank", "rank_beyond_last", "A rank is one of `of`."))
    if errors:
        raise Invalid(errors[:100])


def _note(session: Session, actor: Actor, row: Bulletin, deed: str) -> None:
    record_change(session, "bulletin", row.id, deed)
    detail = {"programme": row.programme, "year": row.year, "document_no": row.document_no}
    audit.record(session, actor, f"bulletin.{deed}", "bulletin", row.id, detail)
