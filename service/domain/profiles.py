"""Resource profiles 资源要素档案: the fields of a place, and who may see how much of it.

What is done with profiles (publish, confirm, change) is in ``profile_records``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field as Check
from sqlalchemy import JSON, ColumnElement, Date, Row, String, cast
from sqlmodel import Field, Session, SQLModel, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import UtcDateTime
from service.domain.bands import BandRead, bands_of
from service.domain.materials import Material
from service.domain.shapes import Answer, JsonOf, StrictBody, Versioned, strict
from service.errors import NotFound
from service.units import (
    AnyQuantity,
    CnyPerKwh,
    CnyPerM2,
    CnyPerM2Month,
    CnyPerMonth,
    Day,
    Flag,
    Id,
    IndustryCode,
    Instant,
    Kva,
    Latitude,
    Longitude,
    LongText,
    Mu,
    Name,
    Persons,
    QuantityName,
    RegionCode,
    ShortText,
    SquareMetres,
    TcePerTenThousandCny,
    TenThousandCnyPerMu,
    ZoneCode,
)

CAPACITIES = ("land_mu", "floor_area_m2", "power_kva", "labour_persons")
PRICES = ("land_price_10k_cny_per_mu", "rent_cny_per_m2_month", "tariff_cny_per_kwh", "wage_cny_per_month")
THRESHOLDS = (
    "min_investment_10k_cny_per_mu",
    "min_tax_10k_cny_per_mu",
    "min_tax_cny_per_m2",
    "max_energy_tce_per_10k_cny",
)
FIGURES = CAPACITIES + PRICES + THRESHOLDS

SiteKind = Literal[
    "county", "development_zone", "industrial_park", "enclave_park", "innovation_enclave", "parcel"
]
WrittenStatus = Literal["draft", "published", "withdrawn"]
# What was never public is `submitted` while it waits for a second person, and `returned` by that one.
Status = Literal["draft", "published", "withdrawn", "submitted", "returned"]
RegionCodes = Annotated[list[RegionCode], Check(max_length=20)]


class Evidence(StrictBody):
    """Where a figure comes from."""

    as_of: Day | None = None
    source: Name | None = None
    document_no: ShortText | None = None


class RestrictedIndustry(StrictBody):
    """An industry, with everything below it, that the place refuses or takes on a condition."""

    code: IndustryCode
    level: Literal["prohibited", "conditional"]
    condition: Name | None = None


class ProfileFields(SQLModel):
    """The fields of a profile, typed once for table, bodies and answers. Null figure = not known."""

    region_code: RegionCode = Field(description="Of an enclave: the host region.")
    home_region_codes: RegionCodes = Field(default_factory=list, sa_type=JSON)
    enclave_direction: Literal["forward", "reverse"] | None = Field(default=None, sa_type=String(8))
    enclave_purpose: Literal["industry", "innovation", "village_income"] | None = Field(
        default=None, sa_type=String(16)
    )
    site_name: Name | None = None
    site_kind: SiteKind = Field(sa_type=String(20))
    zone_code: ZoneCode | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    land_mu: Mu | None = Field(default=None, description="Free land, gross of holds; null = not known.")
    floor_area_m2: SquareMetres | None = None
    power_kva: Kva | None = None
    labour_persons: Persons | None = None
    quantities: dict[QuantityName, AnyQuantity] = Field(default_factory=dict, sa_type=JSON)
    land_use: Literal["M1", "M2", "M3"] | None = Field(default=None, sa_type=String(2))
    land_ready_on: Day | None = Field(default=None, sa_type=Date)
    power_ready_on: Day | None = Field(default=None, sa_type=Date)
    land_price_10k_cny_per_mu: TenThousandCnyPerMu | None = None
    rent_cny_per_m2_month: CnyPerM2Month | None = None
    tariff_cny_per_kwh: CnyPerKwh | None = None
    wage_cny_per_month: CnyPerMonth | None = None
    leading_industries: Annotated[list[ShortText], Check(max_length=60)] = Field(
        default_factory=list, sa_type=JSON
    )
    industry_codes: Annotated[list[IndustryCode], Check(max_length=60)] = Field(
        default_factory=list, sa_type=JSON
    )
    materials: Annotated[list[Material], Check(max_length=50)] = Field(
        default_factory=list, sa_type=JsonOf(list[Material])
    )
    description: LongText | None = None
    min_investment_10k_cny_per_mu: TenThousandCnyPerMu | None = None
    min_tax_10k_cny_per_mu: TenThousandCnyPerMu | None = None
    min_tax_cny_per_m2: CnyPerM2 | None = None
    max_energy_tce_per_10k_cny: TcePerTenThousandCny | None = Field(
        default=None, description="Of value added."
    )
    restricted_industries: Annotated[list[RestrictedIndustry], Check(max_length=200)] = Field(
        default_factory=list, sa_type=JsonOf(list[RestrictedIndustry])
    )
    is_chemical_park: Flag | None = None
    environment_unit: Literal["priority_protection", "key_control", "general_control"] | None = Field(
        default=None, sa_type=String(20)
    )
    evidence: dict[ShortText, Evidence] = Field(default_factory=dict, sa_type=JsonOf(dict[str, Evidence]))
    restricted_fields: Annotated[list[ShortText], Check(max_length=60)] = Field(
        default_factory=list, sa_type=JSON, description="Figures shown to other organisations as bands."
    )
    as_of: Day = Field(sa_type=Date)
    valid_until: Day | None = Field(default=None, sa_type=Date)
    status: Status = Field(default="draft", sa_type=String(12))
    is_synthetic: Flag = False


EXAMPLE: dict[str, Any] = {
    "region_code": "331126",
    "site_name": "庆元竹木产业园",
    "site_kind": "industrial_park",
    "land_mu": 120,
    "power_kva": 4000,
    "labour_persons": 600,
    "quantities": {"largest_parcel_mu": 80},
    "land_use": "M2",
    "land_price_10k_cny_per_mu": 16,
    "tariff_cny_per_kwh": 0.62,
    "wage_cny_per_month": 4800,
    "leading_industries": ["竹木加工", "家具"],
    "industry_codes": ["C20", "C21"],
    "environment_unit": "general_control",
    "as_of": "2026-11-01",
    "status": "published",
}


class ProfileWrite(ProfileFields, StrictBody):
    """Body of a new profile, and of a replacement."""

    model_config = strict(EXAMPLE)

    status: WrittenStatus = Field(default="draft", sa_type=String(12))


class Profile(ProfileFields, Versioned, table=True):
    """The stored profile. ``organisation_id`` is null until the county that it is about has one."""

    __tablename__ = "profiles"

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str | None = Field(
        default=None, foreign_key="organisations.id", index=True, max_length=40
    )
    entered_by_organisation_id: str | None = Field(
        default=None, foreign_key="organisations.id", index=True, max_length=40
    )
    unconfirmed: bool = Field(default=False)
    approved_by: str | None = Field(default=None, max_length=40)
    region_code: str = Field(foreign_key="regions.code", index=True, max_length=6)
    description: str | None = Field(default=None, max_length=5000)
    land_ready_on: date | None = Field(default=None)
    power_ready_on: date | None = Field(default=None)
    as_of: date
    valid_until: date | None = Field(default=None)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def figures(self) -> dict[str, float | None]:
        """Every figure by name: the fields and the registered quantities."""
        return figures_of(self)

    def owners(self) -> set[str]:
        """The organisations that see every figure: whose it is, and who entered it while unconfirmed."""
        owners = {self.organisation_id}
        if self.unconfirmed:
            owners.add(self.entered_by_organisation_id)
        return {owner for owner in owners if owner is not None}


#: A stored profile, as an object of a session or as the columns of its table.
StoredProfile = Profile | Row[Any]


def figures_of(row: StoredProfile) -> dict[str, float | None]:
    """Every figure by name: the fields and the registered quantities."""
    return {name: getattr(row, name) for name in FIGURES} | row.quantities


class ProfileRead(ProfileFields, Answer):
    """A profile as the caller may see it: restricted figures of others are null and stand in ``bands``."""

    id: Id
    organisation_id: Id | None
    entered_by_organisation_id: Id | None
    unconfirmed: bool
    approved_by: Id | None = Field(description="The second person who published this state; for owners.")
    version: int
    created_at: Instant
    updated_at: Instant
    bands: dict[str, BandRead] = Field(default_factory=dict)


def visible_to(actor: Actor) -> SelectOfScalar[Profile]:
    """Profiles that are published and confirmed, and the actor's own in any state."""
    return select(Profile).where(col(Profile.deleted_at).is_(None), _open_or_own(actor))


def _open_or_own(actor: Actor) -> ColumnElement[bool]:
    confirmed = col(Profile.unconfirmed).is_(False)
    return or_(
        and_(col(Profile.status) == "published", confirmed),
        and_(col(Profile.organisation_id) == actor.organisation_id, or_(confirmed, _offered(actor))),
        and_(
            col(Profile.unconfirmed).is_(True),
            col(Profile.entered_by_organisation_id) == actor.organisation_id,
        ),
        and_(col(Profile.unconfirmed).is_(True), _offered(actor)),
    )


def _offered(actor: Actor) -> ColumnElement[bool]:
    """What a partner has entered for the actor's county, and published for it to confirm."""
    if actor.kind != "county":
        return col(Profile.id).is_(None)
    home = cast(Profile.home_region_codes, String).contains(f'"{actor.region_code}"', autoescape=True)
    about = or_(col(Profile.region_code) == actor.region_code, home)
    return and_(about, col(Profile.status) == "published")


def listed(
    actor: Actor, region_code: str | None, site_kind: SiteKind | None, status: Status | None, own: bool | None
) -> SelectOfScalar[Profile]:
    """Visible profiles, oldest first, by region (a leading part of its code will do), kind and status."""
    statement = visible_to(actor).order_by(col(Profile.id))
    if region_code:
        statement = statement.where(
            col(Profile.region_code).startswith(region_code.removesuffix("00").removesuffix("00"))
        )
    if site_kind:
        statement = statement.where(Profile.site_kind == site_kind)
    if own is not None:
        # Null is nobody's; compared with `=` it would make the negation null too, and lose the row.
        mine = or_(
            col(Profile.organisation_id).is_not_distinct_from(actor.organisation_id),
            col(Profile.entered_by_organisation_id).is_not_distinct_from(actor.organisation_id),
        )
        statement = statement.where(mine if own else ~mine)
    return statement.where(Profile.status == status) if status else statement


def get(session: Session, actor: Actor, profile_id: str) -> Profile:
    """One visible profile; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Profile.id == profile_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(actor: Actor, row: Profile) -> ProfileRead:
    """The row as the actor may see it."""
    return read_state(actor, row, row)


def read_state(actor: Actor, owner: Profile, state: Profile) -> ProfileRead:
    """One state of a profile (its row, or a version) as the actor may see it."""
    shown = ProfileRead.model_validate(state)
    if actor.organisation_id in owner.owners():
        return shown
    shown.approved_by = None
    hidden = set(owner.restricted_fields) | set(state.restricted_fields)
    shown.bands = bands_of(state.figures(), sorted(hidden))
    for name in hidden & set(FIGURES):
        setattr(shown, name, None)
    shown.quantities = {name: value for name, value in shown.quantities.items() if name not in hidden}
    # A document's number or text may state the very figure that is withheld.
    shown.evidence = {name: value for name, value in shown.evidence.items() if name not in hidden}
    return shown
