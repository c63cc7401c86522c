"""The data of the HTTP benchmark: shipped zones, tiled with varied figures, and projects of one bureau."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert
from sqlmodel import Session

from service.access.policy import Actor, granted_to
from service.database import new_id, now, open_database, record_change, writing
from service.domain import keys, organisations, project_records
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from service.domain.profiles import Profile, ProfileWrite
from service.domain.projects import EXAMPLE, ProjectWrite
from service.domain.shapes import created
from service.reference import catalogue, synthetic
from service.reference.rows import ZoneRow
from service.schema import migrate
from service.settings import Settings
from service.units import shanghai_day

_ROWS_AT_ONCE = 2_000
_INDUSTRIES = ("C2110", "C2034", "C1819", "C3525", "C3831", "C1391", "C2927", "C3311", "C2669", "C1761")


@dataclass
class World:
    """Who asks, and for what."""

    authorization: str
    projects: list[str]
    tag: str = ""

    def get(self, project_id: str, tag: str = "") -> bytes:
        """A ranking of a project, as bytes on the wire."""
        held = f"If-None-Match: {tag}\r\n" if tag else ""
        return (
            f"GET /v1/projects/{project_id}/matches HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: {self.authorization}\r\n{held}\r\n"
        ).encode()

    def post(self, project_id: str, weights: dict[str, float]) -> bytes:
        """A match query with weights, as bytes on the wire."""
        body = orjson.dumps({"project_id": project_id, "weights": weights})
        return (
            f"POST /v1/match-queries HTTP/1.1\r\nHost: x\r\nAuthorization: {self.authorization}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def prepare(environment: dict[str, str], places: int, projects: int, seed: int) -> World:
    """Fill the database, unless it was filled before."""
    settings = Settings(
        data_dir=Path(environment["SHANHAI_DATA_DIR"]), database_url=environment["SHANHAI_DATABASE_URL"]
    )
    kept = settings.data_dir / "world.json"
    if kept.exists():
        return World(**orjson.loads(kept.read_bytes()))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.url)
    migrate(database)
    rng = random.Random(seed)
    with writing(database) as session:
        owner = organisations.register(session, None, OrganisationWrite(name="平台", kind="platform"))
        bureau = organisations.register(
            session, None, OrganisationWrite(name="嘉善县招商局", kind="bureau", region_code="330421")
        )
        secret = keys.create(session, None, KeyWrite(organisation_id=bureau.id, name="benchmark")).secret
        _insert_places(session, owner.id, places, rng)
        actor = Actor(bureau.id, bureau.kind, bureau.region_code, "benchmark", granted_to(bureau.kind))
        ids = [project_records.register(session, actor, _project(rng, n)).id for n in range(projects)]
        record_change(session, "catalogue", "benchmark", "load")
    database.engine.dispose()
    world = World(f"Bearer {secret}", ids)
    kept.write_bytes(orjson.dumps({"authorization": world.authorization, "projects": ids}))
    return world


def _insert_places(session: Session, owner: str, count: int, rng: random.Random) -> None:
    zones = catalogue.zones()
    today = shanghai_day(now(session)).isoformat()
    bodies = [_place(zone, today) for zone in zones]
    stamps = created(session)
    for start in range(0, count, _ROWS_AT_ONCE):
        rows = []
        for number in range(start, min(count, start + _ROWS_AT_ONCE)):
            values = dict(bodies[number % len(bodies)].__dict__)
            if number >= len(bodies):
                for name in ("land_mu", "floor_area_m2", "power_kva", "labour_persons"):
                    if values[name] is not None:
                        values[name] = round(values[name] * rng.uniform(0.3, 3.0), 1)
            rows.append(
                {**values, **stamps, "id": new_id("prf"), "organisation_id": owner, "unconfirmed": False}
            )
        session.execute(insert(Profile), rows)


def _place(zone: ZoneRow, today: str) -> ProfileWrite:
    return ProfileWrite.model_validate(
        {
            **synthetic.figures(zone, zone.region_code[:2] + "0000"),
            "region_code": zone.region_code,
            "site_name": zone.name,
            "site_kind": "development_zone",
            "zone_code": zone.key,
            "leading_industries": list(zone.leading_industries),
            "industry_codes": list(zone.industry_codes),
            "as_of": today,
            "status": "published",
        }
    )


def _project(rng: random.Random, number: int) -> ProjectWrite:
    body: dict[str, Any] = {
        **EXAMPLE,
        "name": f"{EXAMPLE['name']} {number}",
        "industry_code": _INDUSTRIES[number % len(_INDUSTRIES)],
        "land_mu": round(rng.uniform(10, 200), 1),
        "power_kva": round(rng.uniform(200, 4000)),
        "labour_persons": round(rng.uniform(50, 800)),
    }
    return ProjectWrite.model_validate(body)
