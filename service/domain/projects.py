"""Investment projects 招商项目: what a bureau registers, and who may see how much of it.

What is done with projects (register, replace, change, remove) is in ``project_records``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field as Check
from sqlalchemy import JSON, ColumnElement, Date, String, cast
from sqlmodel import Field, Session, SQLModel, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import UtcDateTime, now
from service.domain import participation, regions
from service.domain.bands import BandRead, bands_of
from service.domain.materials import Material
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing, Programme
from service.domain.shapes import Answer, JsonOf, StrictBody, Versioned, strict
from service.errors import NotFound
from service.units import (
    AnyQuantity,
    CnyPerKwh,
    CnyPerM2Month,
    CnyPerMonth,
    Day,
    Flag,
    Id,
    IndustryCode,
    Instant,
    Kva,
    Kwh,
    LongText,
    Mu,
    Name,
    Persons,
    QuantityName,
    RegionCode,
    ShortText,
    SquareMetres,
    Tce,
    TenThousandCny,
    TenThousandCnyPerMu,
    shanghai_day,
)

NEEDS = ("land_mu", "floor_area_m2", "power_kva", "labour_persons")
CEILINGS = (
    "max_land_price_10k_cny_per_mu",
    "max_rent_cny_per_m2_month",
    "max_tariff_cny_per_kwh",
    "max_wage_cny_per_month",
)
TOTALS = (
    "fixed_investment_10k_cny",
    "annual_output_10k_cny",
    "annual_value_added_10k_cny",
    "annual_tax_10k_cny",
    "annual_energy_tce",
    "annual_electricity_kwh",
)
FIGURES = NEEDS + CEILINGS + TOTALS
# What a teaser withholds altogether; figures are shown as bands, the origin as its prefecture.
WITHHELD = ("description", "products", "inputs", "materials")
# The last stage of a project that came to nothing; all others are open.
ENDED = "ended"

Words = Annotated[list[ShortText], Check(max_length=50)]
QuantityMap = dict[QuantityName, AnyQuantity]


class ProjectFields(SQLModel):
    """The fields of a project, typed once for table, bodies and answers. Null need = needs none."""

    name: Name
    investor_name: Name | None = None
    industry_code: IndustryCode
    description: LongText | None = None
    products: Words = Field(default_factory=list, sa_type=JSON)
    inputs: Words = Field(default_factory=list, sa_type=JSON)
    materials: Annotated[list[Material], Check(max_length=50)] = Field(
        default_factory=list, sa_type=JsonOf(list[Material])
    )
    origin_region_code: RegionCode
    move_kind: Literal["new", "expansion", "partial_relocation", "full_relocation"] | None = Field(
        default=None, sa_type=String(20)
    )
    fixed_investment_10k_cny: TenThousandCny | None = None
    annual_output_10k_cny: TenThousandCny | None = None
    annual_value_added_10k_cny: TenThousandCny | None = None
    annual_tax_10k_cny: TenThousandCny | None = None
    annual_energy_tce: Tce | None = None
    annual_electricity_kwh: Kwh | None = None
    site_mode: Literal["build", "rent", "either", "both"] = Field(default="build", sa_type=String(8))
    land_mu: Mu | None = None
    floor_area_m2: SquareMetres | None = None
    power_kva: Kva | None = None
    labour_persons: Persons | None = None
    quantities: QuantityMap = Field(default_factory=dict, sa_type=JSON)
    max_land_price_10k_cny_per_mu: TenThousandCnyPerMu | None = None
    max_rent_cny_per_m2_month: CnyPerM2Month | None = None
    max_tariff_cny_per_kwh: CnyPerKwh | None = None
    max_wage_cny_per_month: CnyPerMonth | None = None
    must: Annotated[list[ShortText], Check(max_length=60)] = Field(
        default_factory=lambda: ["land_mu", "floor_area_m2", "power_kva"], sa_type=JSON
    )
    coating: Literal["none", "water", "uv", "powder", "solvent"] | None = Field(
        default=None, sa_type=String(8)
    )
    fire_class: Literal["A", "B", "C", "D", "E"] | None = Field(default=None, sa_type=String(1))
    is_chemical: Flag | None = None
    incubated_project_id: Id | None = None
    programmes: Annotated[list[Programme], Check(max_length=3)] = Field(default_factory=list, sa_type=JSON)
    visibility: Literal["private", "named", "partners", "public"] = Field(
        default="private", sa_type=String(8)
    )
    shared_with: Annotated[list[Id], Check(max_length=200)] = Field(default_factory=list, sa_type=JSON)
    disclosure: Literal["teaser", "full"] = Field(default="teaser", sa_type=String(8))
    wanted_by: Day | None = Field(default=None, sa_type=Date)


EXAMPLE: dict[str, Any] = {
    "name": "实木家具配套生产线",
    "investor_name": "示例家居有限公司",
    "industry_code": "C2110",
    "description": "为家具整机厂配套生产实木与竹木家具部件",
    "products": ["实木家具", "竹木家具部件"],
    "inputs": ["胶合板", "木材", "竹材", "五金配件", "水性涂料"],
    "origin_region_code": "330421",
    "fixed_investment_10k_cny": 18000,
    "annual_tax_10k_cny": 900,
    "land_mu": 60,
    "power_kva": 1250,
    "labour_persons": 200,
    "coating": "water",
    "visibility": "partners",
}


class ProjectWrite(ProjectFields, StrictBody):
    """Body of a new project, of a replacement, and of a match query."""

    model_config = strict(EXAMPLE)


class Project(ProjectFields, Versioned, table=True):
    """The stored project."""

    __tablename__ = "projects"

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    industry_code: str = Field(foreign_key="industries.code", max_length=5)
    origin_region_code: str = Field(foreign_key="regions.code", max_length=6)
    incubated_project_id: str | None = Field(default=None, foreign_key="projects.id", max_length=40)
    description: str | None = Field(default=None, max_length=5000)
    wanted_by: date | None = Field(default=None)
    stage: str = Field(default="registered", max_length=24)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def figures(self) -> dict[str, float | None]:
        """Every figure by name: the fields and the registered quantities."""
        return {name: getattr(self, name) for name in FIGURES} | dict(self.quantities)


class ProjectRead(ProjectFields, Answer):
    """A project as the caller may see it.

    Of another organisation's project the investor's name is null until both sides of a joint record have
    unsealed it; under a ``teaser`` figures are null and stand in ``bands``, and ``withheld`` names the
    fields that are not shown.
    """

    id: Id
    organisation_id: Id
    stage: str
    version: int
    created_at: Instant
    updated_at: Instant
    bands: dict[str, BandRead] = Field(default_factory=dict)
    withheld: list[str] = Field(default_factory=list)


def visible_to(session: Session, actor: Actor) -> SelectOfScalar[Project]:
    """Projects that the actor may know of.

    Its own, those shared with it, its region or everyone, and those of a joint record it takes part in.
    """
    return select(Project).where(col(Project.deleted_at).is_(None), _shared_with(session, actor))


def _shared_with(session: Session, actor: Actor) -> ColumnElement[bool]:
    own = col(Project.organisation_id) == actor.organisation_id
    named = and_(
        col(Project.visibility) == "named",
        cast(Project.shared_with, String).contains(f'"{actor.organisation_id}"', autoescape=True),
    )
    today = shanghai_day(now(session))
    in_force = and_(
        or_(col(Pairing.since).is_(None), col(Pairing.since) <= today),
        or_(col(Pairing.until).is_(None), col(Pairing.until) >= today),
        # What one side has entered alone opens nothing of the other side's.
        col(Pairing.entered_by_region_code).is_distinct_from(actor.region_code),
    )
    partner_regions = (
        select(Pairing.partner_region_code)
        .where(Pairing.supporting_region_code == actor.region_code, in_force)
        .union(
            select(Pairing.supporting_region_code).where(
                Pairing.partner_region_code == actor.region_code, in_force
            )
        )
    )
    of_partner = select(Organisation.id).where(col(Organisation.region_code).in_(partner_regions))
    partners = and_(col(Project.visibility) == "partners", col(Project.organisation_id).in_(of_partner))
    recommended = col(Project.id).in_(participation.project_ids(actor))
    return or_(own, named, partners, col(Project.visibility) == "public", recommended)


def listed(
    session: Session,
    actor: Actor,
    q: str | None,
    industry: str | None,
    incubated_project_id: str | None = None,
) -> SelectOfScalar[Project]:
    """Visible projects, oldest first, by part of the name, start of the industry code, and origin.

    ``incubated_project_id`` is asked of one's own projects alone: a teaser does not tell it.
    """
    statement = visible_to(session, actor).order_by(col(Project.id))
    if q:
        statement = statement.where(col(Project.name).icontains(q, autoescape=True))
    if industry:
        statement = statement.where(col(Project.industry_code).istartswith(industry, autoescape=True))
    if incubated_project_id:
        statement = statement.where(
            Project.incubated_project_id == incubated_project_id,
            or_(Project.organisation_id == actor.organisation_id, Project.disclosure == "full"),
        )
    return statement


def visible_ids(session: Session, actor: Actor) -> set[str]:
    """The ids of all projects that the actor may know of."""
    statement = select(Project.id).where(col(Project.deleted_at).is_(None), _shared_with(session, actor))
    return set(session.exec(statement))


def get(session: Session, actor: Actor, project_id: str) -> Project:
    """One visible project; raises ``NotFound``."""
    found = session.exec(visible_to(session, actor).where(Project.id == project_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, actor: Actor, row: Project) -> ProjectRead:
    """The row as the actor may see it."""
    shown = ProjectRead.model_validate(row)
    if row.organisation_id == actor.organisation_id:
        return shown
    shown.shared_with, shown.withheld = [], ["shared_with"]
    if not participation.is_unsealed(session, actor, row.id):
        shown.investor_name, shown.withheld = None, ["investor_name", "shared_with"]
    if row.disclosure == "full":
        return shown
    figures = row.figures()
    shown.bands = bands_of(figures, figures)
    shown.withheld += WITHHELD
    shown.description, shown.products, shown.inputs, shown.materials = None, [], [], []
    shown.quantities = {}
    for name in FIGURES:
        setattr(shown, name, None)
    shown.origin_region_code = prefecture_of(session, row.origin_region_code)
    shown.incubated_project_id = None
    return shown


def prefecture_of(session: Session, region_code: str) -> str:
    """What a teaser tells of the origin: never a county, but the prefecture or province right above it."""
    return regions.above_county(regions.get(session, region_code))
