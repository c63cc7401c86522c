"""A retry is safe: the same Idempotency-Key answers as the first time, and makes nothing twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlmodel import select

from service.database import Database, now, reading, writing
from service.domain.retries import KEPT, Retry
from tests.conftest import PROFILE, PROJECT, World

ONCE = {"Idempotency-Key": "b6f0-1"}


def count(world: World, who: str, noun: str) -> int:
    return len(world.get(who, f"/v1/{noun}?limit=100").json()["items"])


def test_a_repetition_answers_as_the_first_time_and_makes_one_row(world: World) -> None:
    bureau = world.organisations["jiashan"]
    pair = {"supporting_region_code": "330421", "partner_region_code": "331127", "programme": "other"}
    county = {"name": "松阳县", "kind": "county", "region_code": "331124"}
    for who, noun, body, change in (
        ("jiashan", "projects", PROJECT, {"land_mu": 1}),
        ("qingyuan", "profiles", PROFILE, {"land_mu": 1}),
        ("jiashan", "pairings", pair, {"since": "2026-01-01"}),
        ("platform", "organisations", county, {"name": "别县"}),
        ("jiashan", "keys", {"organisation_id": bureau, "name": "k"}, {"name": "l"}),
    ):
        before = count(world, who, noun)
        first, again = (world.post(who, f"/v1/{noun}", body, headers=ONCE) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201), again.text
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        shown = {"secret": None} if noun == "keys" else {}
        assert again.json() == first.json() | shown
        assert again.headers.get("etag") == first.headers.get("etag")
        assert again.headers["location"] == first.headers["location"] == f"/v1/{noun}/{first.json()['id']}"
        assert count(world, who, noun) == before + 1
        # The order of members and spelled-out defaults do not make it another body.
        assert (
            world.post(who, f"/v1/{noun}", dict(reversed(body.items())), headers=ONCE).json()["id"]
            == first.json()["id"]
        )
        other = world.post(who, f"/v1/{noun}", body | change, headers=ONCE)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused"), other.text
        assert count(world, who, noun) == before + 1


def test_a_key_belongs_to_its_organisation_and_its_route(world: World) -> None:
    first = world.post("jiashan", "/v1/projects", PROJECT, headers=ONCE).json()
    other = world.post("nanxun", "/v1/projects", PROJECT, headers=ONCE)
    assert (other.status_code, other.json()["id"] != first["id"]) == (201, True)
    assert (
        world.post("jiashan", "/v1/profiles", {**PROFILE, "region_code": "330421"}, headers=ONCE).status_code
        == 201
    )
    assert (
        world.post("jiashan", "/v1/projects", PROJECT, headers={"Idempotency-Key": "another"}).json()["id"]
        != first["id"]
    )
    for bad in ("", "a b", "é".encode("latin-1"), "x" * 201):
        refused = world.post("jiashan", "/v1/projects", PROJECT, headers={"Idempotency-Key": bad})
        assert refused.status_code == 422, bad
    # A match query stores nothing and takes no key.
    query = {"project": PROJECT}
    for _ in range(2):
        answer = world.post("jiashan", "/v1/match-queries", query, headers=ONCE)
        assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)


def test_a_failed_request_is_not_kept(world: World, database: Database) -> None:
    for body, status in (({**PROJECT, "land_mu": -1}, 422), ({**PROJECT, "industry_code": "C9999"}, 422)):
        assert world.post("jiashan", "/v1/projects", body, headers=ONCE).status_code == status
    assert (
        world.post("qingyuan", "/v1/profiles", {**PROFILE, "region_code": "330503"}, headers=ONCE).status_code
        == 403
    )
    with reading(database) as session:
        assert session.exec(select(Retry)).all() == []
    assert world.post("jiashan", "/v1/projects", PROJECT, headers=ONCE).status_code == 201


def test_a_repetition_is_authorised_again(world: World) -> None:
    made = world.post(
        "jiashan", "/v1/keys", {"organisation_id": world.organisations["jiashan"], "name": "k"}
    ).json()
    world.secrets["worker"] = made["secret"]
    assert world.post("worker", "/v1/projects", PROJECT, headers=ONCE).status_code == 201
    assert world.delete("jiashan", f"/v1/keys/{made['id']}").status_code == 204
    assert world.post("worker", "/v1/projects", PROJECT, headers=ONCE).status_code == 401


def test_a_key_is_forgotten_after_seven_days(world: World, database: Database) -> None:
    first = world.post("jiashan", "/v1/projects", PROJECT, headers=ONCE).json()
    for age, same in ((KEPT - timedelta(minutes=1), True), (KEPT + timedelta(minutes=1), False)):
        with writing(database) as session:
            row = session.exec(select(Retry)).one()
            row.created_at = now(session) - age
            session.add(row)
        again = world.post("jiashan", "/v1/projects", PROJECT, headers=ONCE).json()
        assert (again["id"] == first["id"]) == same, age
    assert timedelta(days=7) == KEPT


def test_twins_that_arrive_together_make_one_row(world: World) -> None:
    for attempt in range(4):
        start = threading.Barrier(4)
        headers = {"Idempotency-Key": f"twin-{attempt}"}

        def send(_: int, start: threading.Barrier = start, headers: dict[str, str] = headers) -> Any:
            start.wait()
            return world.post("jiashan", "/v1/projects", PROJECT, headers=headers)

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(send, range(4)))
        made = {answer.json()["id"] for answer in told if answer.status_code == 201}
        assert len(made) == 1, [answer.text for answer in told]
        refused = [answer.json()["code"] for answer in told if answer.status_code != 201]
        assert set(refused) <= {"request_in_progress"}
        assert count(world, "jiashan", "projects") == attempt + 1
        # Whoever was told to wait gets the same answer afterwards.
        assert world.post("jiashan", "/v1/projects", PROJECT, headers=headers).json()["id"] in made


def test_the_kept_answer_and_the_change_are_one_transaction(world: World, database: Database) -> None:
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        if database.is_sqlite:
            connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON retries BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        else:
            connection.exec_driver_sql("ALTER TABLE retries ADD CONSTRAINT full_ CHECK (route = '')")
        connection.commit()
    assert world.post("jiashan", "/v1/projects", PROJECT, headers=ONCE).status_code >= 400
    assert count(world, "jiashan", "projects") == 0
    assert world.post("jiashan", "/v1/projects", PROJECT).status_code == 201
