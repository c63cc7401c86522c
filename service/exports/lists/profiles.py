"""The list of resource profiles as a workbook: what GET /v1/profiles answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from service.access.policy import Permission
from service.domain import profiles
from service.domain.profiles import Profile, ProfileRead, SiteKind, Status
from service.domain.shapes import StrictBody
from service.exports import wording
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.lists.projects import BANDS, material
from service.exports.lists.quantities import quantity_columns
from service.exports.reading import Reading, Row
from service.units import Flag, RegionCode
from service.workbooks import Sheet


class ProfilesAsked(StrictBody):
    """Which profiles; as the parameters of GET /v1/profiles."""

    region_code: RegionCode | None = None
    site_kind: SiteKind | None = None
    status: Status | None = None
    own: Flag | None = None


def sheets(reading: Reading, asked: ProfilesAsked) -> Iterator[Sheet]:
    """One sheet, a line for each place as the actor may see it."""
    shown = [
        *of_model(ProfileRead, "site_name"),
        Shown("region_name", lambda row: row.region_name),
        *of_model(ProfileRead, "site_kind", "is_synthetic", "status", "unconfirmed"),
        Shown("organisation_name", lambda row: row.organisation_name),
        *of_model(ProfileRead, "land_mu", "floor_area_m2", "power_kva", "labour_persons"),
        *of_model(ProfileRead, "land_price_10k_cny_per_mu", "rent_cny_per_m2_month", "tariff_cny_per_kwh"),
        *of_model(ProfileRead, "wage_cny_per_month", "leading_industries", "industry_codes", "land_use"),
        *of_model(ProfileRead, "land_ready_on", "power_ready_on", "min_investment_10k_cny_per_mu"),
        *of_model(ProfileRead, "min_tax_10k_cny_per_mu", "min_tax_cny_per_m2", "max_energy_tce_per_10k_cny"),
        *of_model(ProfileRead, "is_chemical_park", "environment_unit"),
        Shown("restricted_industries", lambda row: _restricted(row, reading)),
        Shown("materials", lambda row: [material(one, reading) for one in row.materials]),
        Shown("home_region_names", lambda row: row.home_region_names),
        *of_model(ProfileRead, "enclave_direction", "enclave_purpose", "zone_code", "region_code"),
        *of_model(ProfileRead, "lon", "lat", "as_of", "valid_until"),
        Shown("evidence", lambda row: evidence_of(row, reading)),
        *of_model(ProfileRead, "description", "updated_at", "id"),
        *quantity_columns(),
    ]
    found = reading.each(
        Profile,
        lambda _session: profiles.listed(
            reading.actor, asked.region_code, asked.site_kind, asked.status, asked.own
        ),
        lambda session, row: _read(reading, session, row),
    )
    yield Sheet(
        reading.say("资源要素档案", "Profiles"),
        columns(shown, reading.language),
        rows(found, shown, reading.language),
        (reading.say(*BANDS), reading.say(*SYNTHETIC)),
    )


SYNTHETIC = (
    "“数据性质”为“合成数据”的，空闲土地、电力、用工和价格为演示用的合成数据，不得用于决策。",
    "Where the nature of data says synthetic, free land, power, labour and prices are made up for "
    "demonstration and no ground for a decision.",
)


def _read(reading: Reading, session: Session, row: Profile) -> Row:
    answer = profiles.read(reading.actor, row)
    region_name = reading.region(session, answer.region_code)
    return Row(
        answer,
        site_name=answer.site_name or region_name,
        region_name=region_name,
        organisation_name=reading.organisation(session, answer.organisation_id),
        home_region_names=[reading.region(session, code) or code for code in answer.home_region_codes],
    )


def _restricted(row: Any, reading: Reading) -> list[str]:
    return [
        f"{one.code} {wording.word('level', one.level, reading.language)}"
        + (f"（{one.condition}）" if one.condition else "")
        for one in row.restricted_industries
    ]


def evidence_of(shown: Any, reading: Reading) -> list[str]:
    """Where the figures come from, a figure each."""
    said = []
    for name, found in shown.evidence.items():
        parts = [found.source, found.document_no, found.as_of.isoformat() if found.as_of else None]
        text = wording.listed([part for part in parts if part], reading.language)
        said.append(f"{reading.figure_name(name)}{reading.say('：', ': ')}{text}")
    return said


KIND = listing("profiles", "资源要素档案", "Profiles", Permission.PROFILES_READ, ProfilesAsked, sheets)
