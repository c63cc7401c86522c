"""Enclave terms 飞地分成: how home and host share what an enclave brings, and what its villages are paid.

One side writes them, the other agrees; a change takes both agreements back but the writer's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field as Check
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Date, String, and_, cast
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import profiles, regions
from service.domain.profiles import Profile
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
from service.errors import Conflict, NotFound, invalid
from service.units import (
    Day,
    Id,
    Instant,
    LongText,
    Name,
    RegionCode,
    Share,
    ShortText,
    TenThousandCny,
    quantity_field,
)

TermSide = Literal["home", "host"]
SHARED = ("tax", "output", "energy")
ENCLAVES = frozenset({"enclave_park", "innovation_enclave"})
#: Who may speak for a home region.
HOME_KINDS = frozenset({"bureau", "county"})


class VillageInvestment(StrictBody):
    """A village's capital in the enclave, and what it is paid for it."""

    village_name: Name
    region_code: RegionCode = Field(description="The county in which the village lies.")
    capital_10k_cny: TenThousandCny
    yearly_return_rate: Share = Field(description="Of the capital, a year; 0.08 is 8 %.")
    fixed_until: Day | None = Field(default=None, description="Last day of the promised return.")


class EnclaveTermsFields(SQLModel):
    """What is agreed, typed once for table, bodies and answers. Shares are fractions of one."""

    home_tax_share: Share | None = None
    host_tax_share: Share | None = None
    home_output_share: Share | None = None
    host_output_share: Share | None = None
    home_energy_share: Share | None = None
    host_energy_share: Share | None = None
    village_investments: Annotated[list[VillageInvestment], Check(max_length=500)] = Field(
        default_factory=list, sa_type=JsonOf(list[VillageInvestment])
    )
    until: Day | None = Field(default=None, sa_type=Date, description="Last day of the terms.")
    document_no: ShortText | None = None
    note: LongText | None = Field(default=None, description="Seen by both sides.")


EXAMPLE: dict[str, Any] = {
    "profile_id": "prf_00000000000000000000000001",
    "home_tax_share": 0.5,
    "host_tax_share": 0.5,
    "home_output_share": 0.5,
    "host_output_share": 0.5,
    "home_energy_share": 0.3,
    "host_energy_share": 0.7,
    "village_investments": [
        {
            "village_name": "示例村",
            "region_code": "331126",
            "capital_10k_cny": 100,
            "yearly_return_rate": 0.08,
            "fixed_until": "2031-12-31",
        }
    ],
    "document_no": "嘉庆飞地〔2026〕1号",
}


class EnclaveTermsBody(EnclaveTermsFields, StrictBody):
    """Body of a change."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> EnclaveTermsBody:
        for name in SHARED:
            home, host = getattr(self, f"home_{name}_share"), getattr(self, f"host_{name}_share")
            # A hair above one is how thirds are written.
            if home is not None and host is not None and home + host > 1 + 1e-9:
                raise PydanticCustomError("more_than_all", f"The two shares of {name} add up to more than 1.")
        return self


class EnclaveTermsWrite(EnclaveTermsBody):
    """Body of new terms."""

    model_config = strict(EXAMPLE)

    profile_id: Id


class EnclaveTerms(EnclaveTermsFields, Versioned, table=True):
    """The stored terms; an enclave has one set."""

    __tablename__ = "enclave_terms"

    id: str = Field(primary_key=True, max_length=40)
    profile_id: str = Field(foreign_key="profiles.id", unique=True, max_length=40)
    until: date | None = Field(default=None)
    document_no: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=5000)
    agreed_by_home_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agreed_by_host_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EnclaveTermsRead(EnclaveTermsFields, Answer):
    """The terms as either side sees them; they hold once both have agreed."""

    id: Id
    profile_id: Id
    home_region_codes: list[RegionCode]
    agreed_by: list[TermSide]
    yearly_village_income_10k_cny: Annotated[float, quantity_field("10k CNY")] = Field(
        description="The promised returns of all villages: more than one of them can bring in."
    )
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(actor: Actor) -> SelectOfScalar[EnclaveTerms]:
    """Terms of enclaves that the actor hosts, and of those whose home is the actor's region."""
    home = cast(Profile.home_region_codes, String).contains(f'"{actor.region_code}"', autoescape=True)
    hosted = col(Profile.organisation_id) == actor.organisation_id
    sides = or_(hosted, home) if actor.kind in HOME_KINDS else hosted
    mine = select(Profile.id).where(and_(col(Profile.deleted_at).is_(None), sides))
    return select(EnclaveTerms).where(col(EnclaveTerms.profile_id).in_(mine))


def listed(actor: Actor, profile_id: str | None) -> SelectOfScalar[EnclaveTerms]:
    """Visible terms, oldest first."""
    statement = visible_to(actor).order_by(col(EnclaveTerms.id))
    return statement.where(EnclaveTerms.profile_id == profile_id) if profile_id else statement


def get(session: Session, actor: Actor, terms_id: str) -> EnclaveTerms:
    """One set of visible terms; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(EnclaveTerms.id == terms_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, row: EnclaveTerms) -> EnclaveTermsRead:
    """The terms as either side sees them."""
    sides: tuple[TermSide, ...] = ("home", "host")
    profile = session.get_one(Profile, row.profile_id)
    income = sum(line.capital_10k_cny * line.yearly_return_rate for line in row.village_investments)
    return EnclaveTermsRead(
        **row.model_dump(),
        home_region_codes=profile.home_region_codes,
        agreed_by=[side for side in sides if getattr(row, f"agreed_by_{side}_at") is not None],
        yearly_village_income_10k_cny=round(income, 6),
    )


def propose(session: Session, actor: Actor, body: EnclaveTermsWrite) -> EnclaveTerms:
    """Enter the terms of an enclave of which the actor is a side; its own side agrees by it.

    Raises
    ------
    NotFound
        Unless the actor is a side of the place.
    Conflict
        ``duplicate``: the enclave has terms; change those.
    Invalid
        ``not_an_enclave``; an unknown region of a village.
    """
    profile = profiles.get(session, actor, body.profile_id)
    sides = _sides(actor, profile)
    if not sides:
        raise NotFound()
    if profile.site_kind not in ENCLAVES or not profile.home_region_codes:
        raise invalid("/profile_id", "not_an_enclave", "Only an enclave with a home region has such terms.")
    _check(session, body)
    if session.exec(select(EnclaveTerms.id).where(EnclaveTerms.profile_id == profile.id)).first():
        raise Conflict("duplicate", "This enclave has its terms already; change those instead.")
    row = EnclaveTerms.model_validate(
        {**body.model_dump(), **created(session), **_agreed(session, sides), "id": new_id("ect")}
    )
    session.add(row)
    # A rival that was entered meanwhile shows here.
    session.flush()
    _note(session, actor, row, "create")
    return row


def change(
    session: Session, actor: Actor, terms_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> EnclaveTerms:
    """Apply a merge patch; the other side has to agree anew."""
    row, sides = _own_locked(session, actor, terms_id)
    require_version(row, expected)
    body = patched(EnclaveTermsBody, row, patch)
    _check(session, body)
    values = EnclaveTerms.model_validate(row.model_dump() | body.model_dump())
    fields = {name: getattr(values, name) for name in EnclaveTermsFields.model_fields}
    replace_fields(session, row, fields | _agreed(session, sides))
    _note(session, actor, row, "update")
    return row


def agree(session: Session, actor: Actor, terms_id: str, expected: ExpectedVersion) -> EnclaveTerms:
    """Agree to the terms as they stand, for one's own side.

    Raises
    ------
    Conflict
        ``agreed_already``.
    """
    row, sides = _own_locked(session, actor, terms_id)
    require_version(row, expected)
    missing = [side for side in sides if getattr(row, f"agreed_by_{side}_at") is None]
    if not missing:
        raise Conflict("agreed_already", "Your side has agreed to these terms already.")
    replace_fields(session, row, {f"agreed_by_{side}_at": now(session) for side in missing})
    _note(session, actor, row, "agree")
    return row


def home_changed(session: Session, actor: Actor, profile_id: str) -> None:
    """Take the home's agreement back where an enclave has another home now, which has agreed to nothing."""
    statement = select(EnclaveTerms).where(EnclaveTerms.profile_id == profile_id).with_for_update()
    row = session.exec(statement).first()
    if row is not None and row.agreed_by_home_at is not None:
        replace_fields(session, row, {"agreed_by_home_at": None})
        _note(session, actor, row, "update")


def _sides(actor: Actor, profile: Profile) -> frozenset[TermSide]:
    found: set[TermSide] = set()
    if profile.organisation_id == actor.organisation_id and not profile.unconfirmed:
        found.add("host")
    if actor.kind in HOME_KINDS and actor.region_code in profile.home_region_codes:
        found.add("home")
    return frozenset(found)


def _agreed(session: Session, sides: frozenset[TermSide]) -> dict[str, datetime | None]:
    return {f"agreed_by_{side}_at": now(session) if side in sides else None for side in ("home", "host")}


def _own_locked(session: Session, actor: Actor, terms_id: str) -> tuple[EnclaveTerms, frozenset[TermSide]]:
    row = session.exec(visible_to(actor).where(EnclaveTerms.id == terms_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    sides = _sides(actor, session.get_one(Profile, row.profile_id))
    if not sides:
        raise Conflict(
            "unconfirmed",
            "Confirm the profile of this enclave first; until then you are no side of its terms.",
        )
    return row, sides


def _check(session: Session, body: EnclaveTermsBody) -> None:
    codes = {
        f"/village_investments/{i}/region_code": line.region_code
        for i, line in enumerate(body.village_investments)
    }
    regions.require_known(session, codes)


def _note(session: Session, actor: Actor, row: EnclaveTerms, deed: str) -> None:
    record_change(session, "enclave_terms", row.id, deed)
    detail = {"profile_id": row.profile_id, "document_no": row.document_no}
    audit.record(session, actor, f"enclave_terms.{deed}", "enclave_terms", row.id, detail)
