"""The demo: three governments, a platform, a furniture project, and a profile for every catalogued zone.

Real are the zones' names, places, approved areas and leading industries, the pairings, and what is
cited of the enclave park. What is free, and what it costs, is made up by the rule in
``service/reference/synthetic.md`` and marked ``is_synthetic``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from service.access import audit
from service.access.keys import authenticate
from service.access.policy import Actor, granted_to
from service.database import Database, new_id, now, record_change, writing
from service.domain import keys, organisations, profile_records, project_records
from service.domain.keys import KeyWrite
from service.domain.organisations import Organisation, OrganisationWrite
from service.domain.profiles import Profile, ProfileWrite
from service.domain.projects import Project, ProjectWrite
from service.domain.shapes import created
from service.errors import Unauthenticated
from service.reference import catalogue, synthetic
from service.reference.rows import ZoneRow
from service.units import shanghai_day

KEY_FILE = "demo-keys.json"
_CHUNK = 200
_ORGANISATIONS: dict[str, dict[str, Any]] = {
    "platform": {"name": "山海平台（演示）", "kind": "platform"},
    "330421": {"name": "嘉善县投资促进局（演示）", "kind": "bureau", "region_code": "330421"},
    "331126": {"name": "庆元县（演示）", "kind": "county", "region_code": "331126"},
    "513225": {"name": "九寨沟县（演示）", "kind": "county", "region_code": "513225"},
}
PROJECT: dict[str, Any] = {
    "name": "家具配套供应商投资项目（演示）",
    "investor_name": "嘉善某家具配套企业（演示）",
    "industry_code": "C2110",
    "description": "嘉善家具企业的配套供应商外出投资，生产木质家具部件和竹木家具，与当地竹木产业链配套。",
    "products": ["木质家具", "竹木家具部件"],
    "inputs": ["胶合板", "木材", "竹材", "五金配件", "水性涂料"],
    "origin_region_code": "330421",
    "move_kind": "expansion",
    "fixed_investment_10k_cny": 18000,
    "annual_output_10k_cny": 36000,
    "annual_value_added_10k_cny": 9000,
    "annual_tax_10k_cny": 1300,
    "annual_energy_tce": 1500,
    "site_mode": "build",
    "land_mu": 60,
    "power_kva": 1250,
    "labour_persons": 200,
    "max_land_price_10k_cny_per_mu": 30,
    "must": ["land_mu", "power_kva", "max_land_price_10k_cny_per_mu"],
    "coating": "water",
    "fire_class": "C",
    "is_chemical": False,
    "visibility": "partners",
}
_ENCLAVE: dict[str, Any] = {
    "region_code": "330421",
    "home_region_codes": ["331126", "513225"],
    "enclave_direction": "reverse",
    "enclave_purpose": "village_income",
    "site_name": "嘉善—庆元—九寨沟飞地产业园",
    "site_kind": "enclave_park",
    "description": (
        "飞地产业园：用地 73.63 亩，厂房 70600 平方米，庆元 83 个村、九寨沟 48 个村受益"
        "（公开报道，见 evidence）。"
        "空置厂房、电力、用工和价格为演示用的合成数据。"
    ),
    "floor_area_m2": 18000,
    "power_kva": 3000,
    "labour_persons": 150,
    "rent_cny_per_m2_month": 16,
    "tariff_cny_per_kwh": 0.7,
    "wage_cny_per_month": 6000,
    "land_use": "M2",
    "is_chemical_park": False,
    "environment_unit": "key_control",
    "status": "published",
    "is_synthetic": True,
}
_COUNTIES: dict[str, dict[str, Any]] = {
    "331126": {
        "site_name": "庆元县竹木产业集聚点（演示）",
        "leading_industries": ["竹木加工", "家具", "食用菌"],
        "industry_codes": ["C20", "C21"],
        "land_mu": 130,
        "power_kva": 5000,
        "labour_persons": 600,
        "quantities": {"largest_parcel_mu": 85},
        "land_price_10k_cny_per_mu": 18,
        "tariff_cny_per_kwh": 0.68,
        "wage_cny_per_month": 4800,
        "land_use": "M2",
    },
    "513225": {
        "site_name": "九寨沟县产业承接点（演示）",
        "land_mu": 40,
        "labour_persons": 300,
        "land_price_10k_cny_per_mu": 9,
        "wage_cny_per_month": 4200,
    },
}


@dataclass(frozen=True, slots=True)
class Entered:
    """What the demo consists of."""

    project_id: str
    bureau: Actor


def enter(database: Database, data_dir: Path, step: Callable[[int, int], None] = lambda *_: None) -> Entered:
    """Enter whatever of the demo is missing, and write the keys; a second call changes nothing."""
    with writing(database) as session:
        actors = {code: _actor(_organisation(session, body)) for code, body in _ORGANISATIONS.items()}
        _zones(session, actors["platform"], step)
        _own_profiles(session, actors)
        project_id = _project(session, actors["330421"])
        secrets = _secrets(session, data_dir / KEY_FILE, actors)
    # After the commit: a key in the file must be good.
    _write_secrets(data_dir / KEY_FILE, secrets)
    return Entered(project_id, actors["330421"])


def _organisation(session: Session, body: dict[str, Any]) -> Organisation:
    found = session.exec(select(Organisation).where(Organisation.name == body["name"])).first()
    return found or organisations.register(session, None, OrganisationWrite.model_validate(body))


def _actor(row: Organisation) -> Actor:
    return Actor(row.id, row.kind, row.region_code, "demo", granted_to(row.kind))


def _zones(session: Session, platform: Actor, step: Callable[[int, int], None]) -> None:
    own = select(Profile.zone_code).where(Profile.organisation_id == platform.organisation_id)
    known = set(session.exec(own))
    missing = [zone for zone in catalogue.zones() if zone.key not in known]
    for start in range(0, len(missing), _CHUNK):
        rows = [_zone_profile(session, platform, zone) for zone in missing[start : start + _CHUNK]]
        session.add_all(rows)
        # The versions refer to the rows.
        session.flush()
        for row in rows:
            profile_records.published(session, row)
            record_change(session, "profile", row.id, "create")
            audit.record(session, platform, "profile.create", "profile", row.id, {"status": row.status})
        step(min(start + _CHUNK, len(missing)), len(missing))


def _zone_profile(session: Session, platform: Actor, zone: ZoneRow) -> Profile:
    today = shanghai_day(now(session))
    body = ProfileWrite.model_validate(
        {
            **synthetic.figures(zone, zone.region_code[:2] + "0000"),
            "region_code": zone.region_code,
            "site_name": zone.name,
            "site_kind": "development_zone",
            "zone_code": zone.key,
            "leading_industries": list(zone.leading_industries),
            "industry_codes": list(zone.industry_codes),
            "as_of": today.isoformat(),
            "status": "published",
        }
    )
    return Profile.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("prf"),
            "organisation_id": platform.organisation_id,
        }
    )


def _own_profiles(session: Session, actors: dict[str, Actor]) -> None:
    today = shanghai_day(now(session)).isoformat()
    _profile_once(session, actors["330421"], {**_ENCLAVE, "evidence": _cited(), "as_of": today})
    for code, body in _COUNTIES.items():
        common = {"region_code": code, "site_kind": "county", "as_of": today, "status": "published"}
        _profile_once(session, actors[code], {**body, **common, "is_synthetic": True})


def _cited() -> dict[str, dict[str, str]]:
    """The source of the park's floor area, from the cited facts."""
    (fact,) = [
        fact
        for fact in catalogue.cooperation_facts()
        if fact.subject == _ENCLAVE["site_name"] and fact.fact == "floor_area_m2"
    ]
    source = f"全园厂房 {fact.value} 平方米：{fact.source}"
    return {"floor_area_m2": {"as_of": fact.date, "source": source}}


def _profile_once(session: Session, actor: Actor, body: dict[str, Any]) -> None:
    own = select(Profile.id).where(
        Profile.organisation_id == actor.organisation_id, Profile.site_name == body["site_name"]
    )
    if session.exec(own).first() is None:
        profile_records.register(session, actor, ProfileWrite.model_validate(body))


def _project(session: Session, bureau: Actor) -> str:
    own = select(Project.id).where(
        Project.organisation_id == bureau.organisation_id, col(Project.deleted_at).is_(None)
    )
    found = session.exec(own.where(Project.name == PROJECT["name"])).first()
    return found or project_records.register(session, bureau, ProjectWrite.model_validate(PROJECT)).id


def _secrets(session: Session, path: Path, actors: dict[str, Actor]) -> dict[str, str]:
    """The keys of the file where they are good, else new ones: a secret cannot be read back."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    secrets = {}
    for code, actor in actors.items():
        secret = kept.get(code, "")
        if not _is_good(session, secret, actor):
            body = KeyWrite(organisation_id=actor.organisation_id, name="演示密钥")
            secret = keys.create(session, None, body).secret
        secrets[code] = secret
    return secrets


def _is_good(session: Session, secret: str, actor: Actor) -> bool:
    try:
        found = authenticate(session, f"Bearer {secret}")
    except Unauthenticated:
        return False
    # A key of an older release lacks what came after it.
    return found.organisation_id == actor.organisation_id and found.scopes >= actor.scopes


def _write_secrets(path: Path, secrets: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    # For the operator's eyes only, from the first byte on.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(secrets, file, ensure_ascii=False, indent=2)
    temporary.replace(path)
