"""The demo on a fresh data directory: what `make run` enters and shows."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select
from starlette.testclient import TestClient

from service import demo
from service.access.audit import AuditEvent
from service.app import create_app
from service.database import Database, open_database, reading, revision_of
from service.domain.organisations import Organisation
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.reference import catalogue
from service.settings import Settings
from tests.record_demo import PICTURE, draw

# Furniture, and what it is made of: 木材加工和木、竹、藤、棕、草制品业 and 家具制造业.
WOOD_AND_FURNITURE = ("C20", "C21")
WORDS = ("家具", "家居", "木", "竹")


@dataclass
class Demo:
    """The demo, its service, and the keys of its file."""

    client: TestClient
    database: Database
    directory: Path
    project_id: str
    picture: str

    def secrets(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads((self.directory / demo.KEY_FILE).read_text(encoding="utf-8"))
        return kept

    def ask(self, who: str, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secrets()[who]}"}
        answer = self.client.request(method, path, headers=headers, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def first_ten(self) -> list[dict[str, Any]]:
        path = f"/v1/projects/{self.project_id}/matches"
        items: list[dict[str, Any]] = self.ask("330421", "GET", path, params={"limit": 10})["items"]
        return items


@pytest.fixture(scope="module")
def shown(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    directory = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, directory / "shanhai.db")
    settings = Settings(data_dir=directory, database_url="", pool_size=4)
    database = open_database(settings.url)
    entered = demo.enter(database, directory)
    draw(database, entered, directory / "ranked-table.svg")
    picture = (directory / "ranked-table.svg").read_text(encoding="utf-8")
    with TestClient(create_app(settings)) as client:
        yield Demo(client, database, directory, entered.project_id, picture)
    database.engine.dispose()


def test_the_demo_gives_four_keys_that_only_its_owner_can_read(shown: Demo) -> None:
    assert set(shown.secrets()) == {"platform", "330421", "331126", "513225"}
    assert stat.S_IMODE((shown.directory / demo.KEY_FILE).stat().st_mode) == 0o600
    for who in shown.secrets():
        assert shown.ask(who, "GET", "/v1/regions", params={"limit": 1})["items"]


def test_every_zone_of_the_catalogue_has_a_published_profile_that_is_marked_synthetic(shown: Demo) -> None:
    with reading(shown.database) as session:
        zones = session.exec(select(Profile).where(col(Profile.zone_code).is_not(None))).all()
    assert len(zones) == 2543
    assert {row.zone_code for row in zones} == {zone.key for zone in catalogue.zones()}
    assert all(row.is_synthetic and row.status == "published" for row in zones)


def test_the_first_ten_places_for_the_furniture_project_are_of_furniture_wood_or_bamboo(shown: Demo) -> None:
    items = shown.first_ten()
    assert [item["rank"] for item in items] == list(range(1, 11))
    strangers = {}
    for item in items:
        profile = shown.ask("330421", "GET", f"/v1/profiles/{item['profile']['id']}")
        of_the_trade = any(code.startswith(WOOD_AND_FURNITURE) for code in profile["industry_codes"])
        said = any(word in industry for industry in profile["leading_industries"] for word in WORDS)
        if not (of_the_trade or said):
            strangers[profile["site_name"]] = profile["leading_industries"]
    assert strangers == {}


def test_the_first_ten_places_pass_every_rule_and_leave_no_hard_need_to_confirm(shown: Demo) -> None:
    hard = set(demo.PROJECT["must"])
    assert {"land_mu", "power_kva"} <= hard
    for item in shown.first_ten():
        path = f"/v1/projects/{shown.project_id}/matches/{item['profile']['id']}"
        pair = shown.ask("330421", "GET", path)
        assert pair["eligible"]
        assert (pair["failures"], pair["rank"]) == ([], item["rank"])
        assert hard.isdisjoint(item["to_confirm"]), (item["profile"]["site_name"], item["to_confirm"])


def test_the_picture_in_the_readme_is_what_the_demo_shows(shown: Demo) -> None:
    committed = PICTURE.read_text(encoding="utf-8")
    assert committed == shown.picture, "run .venv/bin/python -m tests.record_demo"


def test_the_picture_loads_nothing_from_elsewhere(shown: Demo) -> None:
    assert "@font-face" not in shown.picture
    assert set(re.findall(r"https?://[^\s\"<]+", shown.picture)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",  # the drawing library's name, in a comment
    }


def test_the_enclave_counts_as_a_partner_region_by_its_homes_and_says_which_pairing_counted(
    shown: Demo,
) -> None:
    with reading(shown.database) as session:
        park = session.exec(select(Profile).where(Profile.site_kind == "enclave_park")).one()
    assert (park.region_code, park.home_region_codes) == ("330421", ["331126", "513225"])
    common = {"industry_code": "C2110", "origin_region_code": "330421", "site_mode": "rent"}
    said = {}
    for programme in ("mountain_sea", "east_west"):
        project = {**common, "name": programme, "floor_area_m2": 6000, "programmes": [programme]}
        row = shown.ask("330421", "POST", "/v1/projects", json=project)
        pair = shown.ask("330421", "GET", f"/v1/projects/{row['id']}/matches/{park.id}")
        assert "partner_regions_only" not in [failure["rule"] for failure in pair["failures"]]
        assert pair["eligible"], pair["failures"]
        (line,) = [line for line in pair["contributions"] if line["criterion"] == "partnership"]
        said[pair["programme"]] = line["reason"]
    assert "庆元" in said["mountain_sea"]
    assert "九寨沟" in said["east_west"]


def test_a_place_of_an_unpaired_region_does_not_count_as_a_partner_region(shown: Demo) -> None:
    project = {**demo.PROJECT, "name": "partner regions only", "programmes": ["mountain_sea"]}
    row = shown.ask("330421", "POST", "/v1/projects", json=project)
    page = shown.ask("330421", "GET", f"/v1/projects/{row['id']}/matches", params={"limit": 100})
    assert page["items"]
    assert {item["programme"] for item in page["items"]} == {"mountain_sea"}
    assert page["excluded_count"] > 2000


def test_a_second_run_changes_nothing(shown: Demo) -> None:
    def state() -> tuple[Any, ...]:
        with reading(shown.database) as session:
            counts = [
                session.exec(select(func.count()).select_from(table)).one()
                for table in (Organisation, Profile, Project, AuditEvent)
            ]
            return revision_of(session), counts, shown.secrets()

    before = state()
    assert demo.enter(shown.database, shown.directory).project_id == shown.project_id
    assert state() == before


def test_a_lost_key_is_made_anew_and_the_others_stay(shown: Demo) -> None:
    before = shown.secrets()
    (shown.directory / demo.KEY_FILE).write_text(
        json.dumps(before | {"331126": "shk_lost"}), encoding="utf-8"
    )
    demo.enter(shown.database, shown.directory)
    after = shown.secrets()
    assert {code for code in before if before[code] != after[code]} == {"331126"}
    assert shown.ask("331126", "GET", "/v1/regions", params={"limit": 1})["items"]
