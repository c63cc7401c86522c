"""The list of projects as a workbook: what GET /v1/projects answers."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field
from sqlmodel import Session

from service.access.policy import Permission
from service.domain import projects
from service.domain.projects import Project, ProjectRead
from service.domain.shapes import StrictBody
from service.exports import wording
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.lists.quantities import quantity_columns
from service.exports.reading import Reading, Row
from service.units import Id, ShortText
from service.workbooks import Sheet


class ProjectsAsked(StrictBody):
    """Which projects; as the parameters of GET /v1/projects."""

    q: ShortText | None = None
    industry: ShortText | None = Field(default=None, max_length=5)
    incubated_project_id: Id | None = None


def sheets(reading: Reading, asked: ProjectsAsked) -> Iterator[Sheet]:
    """One sheet, a line for each project as the actor may see it."""
    shown = [
        *of_model(ProjectRead, "name", "investor_name", "stage"),
        Shown("organisation_name", lambda row: row.organisation_name),
        *of_model(ProjectRead, "industry_code"),
        Shown("industry_name", lambda row: row.industry_name),
        Shown("origin_region_name", lambda row: row.origin_region_name),
        *of_model(
            ProjectRead, "origin_region_code", "move_kind", "site_mode", "fixed_investment_10k_cny", "land_mu"
        ),
        *of_model(ProjectRead, "floor_area_m2", "power_kva", "labour_persons", "annual_output_10k_cny"),
        *of_model(ProjectRead, "annual_value_added_10k_cny", "annual_tax_10k_cny", "annual_energy_tce"),
        *of_model(ProjectRead, "annual_electricity_kwh", "max_land_price_10k_cny_per_mu"),
        *of_model(ProjectRead, "max_rent_cny_per_m2_month", "max_tariff_cny_per_kwh"),
        *of_model(ProjectRead, "max_wage_cny_per_month", "products", "inputs"),
        Shown("materials", lambda row: [material(one, reading) for one in row.materials]),
        Shown("must", lambda row: [reading.figure_name(name) for name in row.must]),
        *of_model(ProjectRead, "coating", "fire_class", "is_chemical", "programmes", "wanted_by"),
        *of_model(ProjectRead, "visibility", "disclosure", "description"),
        Shown("withheld", lambda row: [reading.figure_name(name) for name in row.withheld]),
        *of_model(ProjectRead, "created_at", "updated_at", "id"),
        *quantity_columns(),
    ]
    found = reading.each(
        Project,
        lambda session: projects.listed(
            session, reading.actor, asked.q, asked.industry, asked.incubated_project_id
        ),
        lambda session, row: _read(reading, session, row),
    )
    yield Sheet(
        reading.say("招商项目", "Projects"),
        columns(shown, reading.language),
        rows(found, shown, reading.language),
        (reading.say(*BANDS),),
    )


BANDS = (
    "其他单位未公开的数字以区间表示（如 50–100，含下限不含上限）；空白为未填报或不需要。",
    "Figures that another organisation withholds stand as bands (50–100: from 50 to less than 100); "
    "blank: not stated, or none needed.",
)


def _read(reading: Reading, session: Session, row: Project) -> Row:
    answer = projects.read(session, reading.actor, row)
    return Row(
        answer,
        organisation_name=reading.organisation(session, answer.organisation_id),
        industry_name=reading.industry(session, answer.industry_code),
        origin_region_name=reading.region(session, answer.origin_region_code),
    )


def material(one: object, reading: Reading) -> str:
    """A material with its quantity."""
    name, quantity, unit = (getattr(one, part) for part in ("name", "quantity_per_year", "unit"))
    if quantity is None:
        return str(name)
    said = f"{name} {wording.figure(quantity)} {wording.unit(unit or '', reading.language)}"
    return f"{said.rstrip()}{reading.say('/年', '/year')}"


KIND = listing("projects", "招商项目", "Projects", Permission.PROJECTS_READ, ProjectsAsked, sheets)
