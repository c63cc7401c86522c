"""Jobs over HTTP: who sees them, how they are followed and cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from service.access.keys import authenticate
from service.database import Database, writing
from service.domain import jobs
from service.jobs import sweeping
from service.jobs.work import Context
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, run


def _breaks(_context: Context) -> dict[str, Any]:
    raise RuntimeError


def test_a_job_is_followed_from_the_queue_to_its_result(
    world: World, database: Database, settings: Settings
) -> None:
    job_id = asked(database, world.actors["jiashan"], arguments={"file_id": "fil_secret"})
    waiting = world.get("jiashan", f"/v1/jobs/{job_id}")
    assert (waiting.status_code, waiting.headers["etag"]) == (200, '"v1"')
    assert waiting.json()["state"] == "queued"
    # What it was given may hold what not everybody may read.
    assert "fil_secret" not in waiting.text
    run(database, settings, count=lambda _context: {"rows": 3})
    done = world.get("jiashan", f"/v1/jobs/{job_id}")
    assert (done.json()["state"], done.json()["result"]) == ("done", {"rows": 3})
    assert done.headers["etag"] != waiting.headers["etag"]


def test_a_retry_is_told_with_the_problem_and_the_instant(
    world: World, database: Database, settings: Settings
) -> None:
    job_id = asked(database, world.actors["jiashan"])
    run(database, settings, count=_breaks)
    told = world.get("jiashan", f"/v1/jobs/{job_id}").json()
    assert (told["state"], told["attempts"], told["most_attempts"]) == ("queued", 1, 5)
    assert set(told["problem"]) == {"type", "title", "status", "detail", "code", "errors"}
    assert told["run_after"] > told["updated_at"]


def test_a_job_is_nobody_elses_and_housekeeping_is_the_platforms(world: World, database: Database) -> None:
    mine, swept = asked(database, world.actors["jiashan"]), asked(database, None, sweeping.KIND)
    for path in (f"/v1/jobs/{mine}", f"/v1/jobs/{mine}/cancel"):
        method = "POST" if path.endswith("cancel") else "GET"
        headers = {"If-Match": "*"}
        hidden = world.call("qingyuan", method, path, headers=headers)
        random = world.call(
            "qingyuan", method, path.replace(mine, "job_00000000000000000000000000"), headers=headers
        )
        assert (hidden.status_code, random.status_code) == (404, 404)
        without_id = [
            {k: v for k, v in answer.json().items() if k != "request_id"} for answer in (hidden, random)
        ]
        assert without_id[0] == without_id[1]
    assert world.get("qingyuan", "/v1/jobs").json()["items"] == []
    assert [job["id"] for job in world.get("jiashan", "/v1/jobs").json()["items"]] == [mine]
    # Not even a platform sees what another organisation has asked for.
    (seen,) = world.get("platform", "/v1/jobs").json()["items"]
    assert (seen["id"], seen["organisation_id"]) == (swept, None)


def test_the_list_is_newest_first_filtered_and_paged(
    world: World, database: Database, settings: Settings
) -> None:
    actor = world.actors["jiashan"]
    ids = [asked(database, actor, kind) for kind in ("count", "export", "count")]
    run(database, settings, export=lambda _context: {})
    first = world.get("jiashan", "/v1/jobs?limit=2").json()
    assert [job["id"] for job in first["items"]] == [ids[2], ids[1]]
    second = world.get("jiashan", f"/v1/jobs?limit=2&cursor={first['next_cursor']}").json()
    assert ([job["id"] for job in second["items"]], second["next_cursor"]) == ([ids[0]], None)
    for query, expected in (
        ("state=done", [ids[1]]),
        ("kind=count", [ids[2], ids[0]]),
        ("kind=export&state=queued", []),
    ):
        assert [job["id"] for job in world.get("jiashan", f"/v1/jobs?{query}").json()["items"]] == expected
    assert world.get("jiashan", "/v1/jobs?state=asleep").status_code == 422


def test_a_cancel_needs_the_version_that_was_read(world: World, database: Database) -> None:
    path = f"/v1/jobs/{asked(database, world.actors['jiashan'])}"
    assert world.call("jiashan", "POST", f"{path}/cancel").status_code == 428
    stale = world.call("jiashan", "POST", f"{path}/cancel", headers={"If-Match": '"v2"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    done = world.call("jiashan", "POST", f"{path}/cancel", headers={"If-Match": '"v1"'})
    assert (done.status_code, done.json()["state"], done.headers["etag"]) == (200, "cancelled", '"v2"')
    again = world.call("jiashan", "POST", f"{path}/cancel", headers={"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "job_settled")


@pytest.mark.parametrize(
    ("role", "whose", "status"),
    [
        ("viewer", "own", 200),
        ("viewer", "colleague", 403),
        ("auditor", "own", 200),
        ("auditor", "colleague", 403),
        ("clerk", "colleague", 200),
        ("approver", "colleague", 200),
    ],
)
def test_who_only_reads_cancels_only_what_they_have_asked_for(
    world: World, database: Database, role: Any, whose: str, status: int
) -> None:
    who, colleague = world.person("jiashan", role), world.person("jiashan", "viewer", "a.colleague")
    with writing(database) as session:
        secret = world.secrets[who if whose == "own" else colleague]
        actor = authenticate(session, f"Bearer {secret}")
        job_id = jobs.enqueue(session, actor, "count", {}).id
    answer = world.call(who, "POST", f"/v1/jobs/{job_id}/cancel", headers={"If-Match": "*"})
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "not_yours_to_cancel"


def test_an_administrator_sees_no_jobs(world: World) -> None:
    who = world.person("jiashan", "administrator")
    assert world.get(who, "/v1/jobs").json()["code"] == "missing_role"
