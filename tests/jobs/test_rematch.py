"""A rematch holds what the API ranks, digit by digit, and goes on where it was stopped."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import joblib
import orjson
import pytest
from sqlmodel import select

from service.database import Database, now, reading, record_change, writing
from service.domain.projects import Project
from service.errors import Conflict
from service.index import MatchIndex
from service.index.all_pairs import OpenProjects, Part, SharedPlaces
from service.jobs import rematch as job
from service.jobs.rematch import Report, WorkersDied
from service.jobs.rematch_files import MANIFEST, Run, RunDirectory, unfinished_runs
from service.jobs.rematch_lines import lines_of
from service.jobs.rematch_pools import Cluster, Here
from tests.conftest import World

REGIONS = {"qingyuan": "331126", "jiuzhaigou": "513225", "anji": "330523", "nanxun": "330503"}


def run_in(database: Database, path: Path, pool: Any = None, *, limit: int = 50, chunk: int = 2) -> Report:
    return job.rematch(database, lambda _: path, pool or Here(1), limit=limit, chunk=chunk)


def chunks_in(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.glob("chunk-*"))}


def lines_in(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for content in chunks_in(path).values() for line in content.splitlines()]


def fill(world: World) -> list[tuple[str, str]]:
    """Places of several owners in every state, and projects of two: (owner, project id)."""
    for number, (who, code) in enumerate(REGIONS.items()):
        shown = {"region_code": code, "land_mu": 90 + 17 * number, "tariff_cny_per_kwh": 0.6 + number / 40}
        world.profile(who, site_name="甲园", **shown)
        # Equal but for what decides ties.
        world.profile(who, site_name="乙园", **shown)
        world.profile(who, site_name="丙园", restricted_fields=["land_mu", "power_kva"], **shown)
        world.profile(who, site_name="丁园", status="draft", **shown)
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("jiashan", {"name": "公开", "visibility": "public"}),
        ("jiashan", {"name": "私有", "visibility": "private", "land_mu": 33.3}),
        ("jiashan", {"name": "租建", "site_mode": "either", "floor_area_m2": 900, "must": []}),
        ("jiashan", {"name": "过大", "land_mu": 5_000}),
        ("nanxun", {"name": "南浔", "origin_region_code": "330503", "land_mu": 100, "coating": "solvent"}),
        ("nanxun", {"name": "化工", "industry_code": "C2669", "is_chemical": True}),
    ]
    return [(who, world.project(who, **body)["id"]) for who, body in bodies]


def as_the_api_ranks(world: World, who: str, project_id: str, limit: int = 50) -> dict[str, Any]:
    page = world.get(who, f"/v1/projects/{project_id}/matches?limit={limit}").json()
    return {
        "project_id": project_id,
        "index_revision": page["index_revision"],
        "model_version": page["model_version"],
        "eligible_count": page["eligible_count"],
        "matches": [
            {
                "rank": item["rank"],
                "profile_id": item["profile"]["id"],
                "score": item["score"],
                "site_mode": item["site_mode"],
            }
            for item in page["items"]
        ],
    }


def test_every_open_project_gets_what_the_api_ranks_for_its_organisation(
    world: World, database: Database, tmp_path: Path
) -> None:
    projects = fill(world)
    report = run_in(database, tmp_path / "all")
    expected = [as_the_api_ranks(world, who, project_id) for who, project_id in sorted(projects, key=_by_id)]
    assert lines_in(tmp_path / "all") == expected
    counts = {line["project_id"]: line["eligible_count"] for line in expected}
    # The world says something: some rank, one fits nowhere, and an owner sees its draft.
    assert min(counts.values()) == 0
    assert len(set(counts.values())) >= 3
    assert (report.run.projects, report.chunks, report.kept, report.deaths) == (6, 3, 0, 0)


def _by_id(entry: tuple[str, str]) -> str:
    return entry[1]


@pytest.mark.parametrize("limit", [1, 3])
def test_fewer_places_are_the_first_ones(
    world: World, database: Database, tmp_path: Path, limit: int
) -> None:
    projects = fill(world)
    run_in(database, tmp_path / "few", limit=limit)
    found = {line["project_id"]: line for line in lines_in(tmp_path / "few")}
    for who, project_id in projects:
        assert found[project_id] == as_the_api_ranks(world, who, project_id, limit)


def test_whose_figures_are_restricted_is_ranked_on_them_by_itself_alone(
    world: World, database: Database, tmp_path: Path
) -> None:
    """A band of 50 to 100 mu does not surely hold 80; 90 does."""
    place = world.profile("anji", region_code="330523", land_mu=90, restricted_fields=["land_mu"])
    needs = {"land_mu": 80, "origin_region_code": "330523", "industry_code": "C2110"}
    own, other = world.project("anji", **needs), world.project("jiashan", **needs)
    run_in(database, tmp_path / "all")
    found = {line["project_id"]: line["matches"] for line in lines_in(tmp_path / "all")}
    assert [match["profile_id"] for match in found[own["id"]]] == [place["id"]]
    assert found[own["id"]] != found[other["id"]]
    for who, project in (("anji", own), ("jiashan", other)):
        assert found[project["id"]] == as_the_api_ranks(world, who, project["id"])["matches"]


def test_projects_that_are_deleted_or_ended_are_left_out(
    world: World, database: Database, tmp_path: Path
) -> None:
    kept, ended, deleted = (world.project(name=name)["id"] for name in ("留", "止", "删"))
    world.delete("jiashan", f"/v1/projects/{deleted}")
    with writing(database) as session:
        session.get_one(Project, ended).stage = "ended"
        record_change(session, "project", ended, "update")
    run_in(database, tmp_path / "all")
    assert [line["project_id"] for line in lines_in(tmp_path / "all")] == [kept]


def test_no_project_at_all_is_a_run_without_chunks(database: Database, tmp_path: Path) -> None:
    assert run_in(database, tmp_path / "none").chunks == 0
    assert orjson.loads((tmp_path / "none" / MANIFEST).read_bytes())["chunks"] == []


def test_an_index_that_lived_through_changes_hands_over_what_a_rebuilt_one_does(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    live = MatchIndex()
    with reading(database) as session:
        live.current(session)
    ids = [item["id"] for item in world.get("qingyuan", "/v1/profiles?limit=100").json()["items"]]
    world.patch("qingyuan", f"/v1/profiles/{ids[0]}", {"labour_persons": 777})
    world.profile("qingyuan", site_name="戊园", land_mu=90)
    with reading(database) as session:
        followed, rebuilt = live.current(session), MatchIndex().current(session)
    assert len(followed.offers.segments) > 1
    texts = []
    for snapshot in (followed, rebuilt):
        projects = OpenProjects.of(snapshot)
        # Over the wire and back, as workers get it.
        path = tmp_path / "places"
        given = SharedPlaces.of(snapshot, projects.organisation_ids)
        given.warm()
        joblib.dump(given, path)
        shared = joblib.load(path, mmap_mode="r")
        run = Run("0", snapshot.revision, snapshot.model_version, snapshot.today, 50, 99, len(projects), "")
        texts.append(lines_of(run, shared, projects.part(0, 99)))
    assert texts[0] == texts[1]
    assert texts[0].count(b"\n") == 6


class Stopping:
    """Ranks some parts, then fails as it is told to."""

    def __init__(self, after: int, how: BaseException) -> None:
        self.after, self.how, self.asked = after, how, 0

    def rank(
        self, run: Run, shared: SharedPlaces, parts: Iterable[Part], scratch: Path
    ) -> Iterator[tuple[int, bytes]]:
        self.asked += 1
        for count, found in enumerate(Here(1).rank(run, shared, parts, scratch)):
            if count == self.after:
                raise self.how
            yield found


def test_a_stopped_run_goes_on_and_is_then_like_an_undisturbed_one(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    with pytest.raises(KeyboardInterrupt):
        run_in(database, tmp_path / "runs" / "stopped", Stopping(2, KeyboardInterrupt()), chunk=1)
    stopped = tmp_path / "runs" / "stopped"
    assert len(chunks_in(stopped)) == 2
    assert list(unfinished_runs(tmp_path / "runs")) == [stopped]
    assert run_in(database, stopped, chunk=1).kept == 2
    run_in(database, tmp_path / "whole", chunk=1)
    assert chunks_in(stopped) == chunks_in(tmp_path / "whole")
    assert _manifest(stopped) == _manifest(tmp_path / "whole")
    assert unfinished_runs(tmp_path / "runs") == {}


def _manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((path / MANIFEST).read_bytes())
    assert found.pop("started_at") < found.pop("finished_at")
    return found


def test_a_chunk_that_is_not_what_its_name_says_is_ranked_again(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    run_in(database, tmp_path)
    before = chunks_in(tmp_path)
    first, second, _ = sorted(before)
    (tmp_path / first).write_bytes(before[first][:-10])
    (tmp_path / second).write_bytes(before[second].replace(b"build", b"rents", 1))
    (tmp_path / ".part-left").write_bytes(b"by a kill")
    assert run_in(database, tmp_path).kept == 1
    assert chunks_in(tmp_path) == before
    assert not (tmp_path / ".part-left").exists()


def test_nobody_else_on_the_machine_may_read_what_is_written(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    run_in(database, tmp_path / "base" / "run")
    assert stat.S_IMODE((tmp_path / "base" / "run").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "base" / "run").iterdir()}
    assert modes == {0o600}


def test_workers_that_die_are_replaced_unless_none_finishes_anything(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    report = run_in(database, tmp_path / "often", Stopping(1, WorkersDied("killed")), chunk=1)
    assert report.deaths == 5
    run_in(database, tmp_path / "whole", chunk=1)
    assert chunks_in(tmp_path / "often") == chunks_in(tmp_path / "whole")
    hopeless = Stopping(0, WorkersDied("killed"))
    with pytest.raises(Conflict) as refused:
        run_in(database, tmp_path / "never", hopeless)
    assert (refused.value.code, hopeless.asked) == ("workers_died", 3)


@pytest.mark.parametrize("changed", ["limit", "chunk", "revision"])
def test_a_directory_with_another_run_is_not_written_to(
    world: World, database: Database, tmp_path: Path, changed: str
) -> None:
    fill(world)
    run_in(database, tmp_path, chunk=2)
    before = chunks_in(tmp_path)
    if changed == "revision":
        world.profile("anji", region_code="330523", site_name="新园")
    with pytest.raises(Conflict) as refused:
        run_in(
            database, tmp_path, limit=9 if changed == "limit" else 50, chunk=3 if changed == "chunk" else 2
        )
    assert refused.value.code == "another_run"
    assert changed in refused.value.detail
    assert chunks_in(tmp_path) == before


def test_two_runs_do_not_write_in_one_directory_at_once(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    run = run_in(database, tmp_path).run
    with reading(database) as session:
        instant = now(session)
    with RunDirectory.opened(tmp_path, run, instant), pytest.raises(Conflict) as refused:
        run_in(database, tmp_path)
    assert refused.value.code == "run_in_progress"
    assert run_in(database, tmp_path).kept == 3


class Forgetful(Here):
    """Hands in a chunk of which a project is missing."""

    def rank(
        self, run: Run, shared: SharedPlaces, parts: Iterable[Part], scratch: Path
    ) -> Iterator[tuple[int, bytes]]:
        for number, lines in super().rank(run, shared, parts, scratch):
            yield number, lines[lines.index(b"\n") + 1 :] if number == 1 else lines


def test_a_run_in_which_a_project_is_missing_is_not_called_finished(
    world: World, database: Database, tmp_path: Path
) -> None:
    fill(world)
    with pytest.raises(Conflict) as refused:
        run_in(database, tmp_path, Forgetful(1))
    assert refused.value.code == "run_damaged"
    assert orjson.loads((tmp_path / MANIFEST).read_bytes())["finished_at"] is None


def test_what_is_registered_during_a_run_belongs_to_the_next_one(
    world: World, database: Database, tmp_path: Path
) -> None:
    projects = fill(world)

    class Meanwhile(Here):
        def rank(self, *given: Any) -> Iterator[tuple[int, bytes]]:
            for found in super().rank(*given):
                world.project(name=f"后来{found[0]}")
                world.profile("anji", region_code="330523", site_name=f"后来{found[0]}")
                yield found

    revision = run_in(database, tmp_path, Meanwhile(1)).run.index_revision
    lines = lines_in(tmp_path)
    assert [line["project_id"] for line in lines] == sorted(project_id for _, project_id in projects)
    assert {line["index_revision"] for line in lines} == {revision}
    with reading(database) as session:
        assert len(session.exec(select(Project.id)).all()) == len(projects) + 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_scheduler_that_is_not_there_is_told(world: World, database: Database, tmp_path: Path) -> None:
    fill(world)
    with pytest.raises(Conflict) as refused:
        run_in(database, tmp_path, Cluster("tcp://127.0.0.1:9"))
    assert refused.value.code == "scheduler_unreachable"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_dask_the_extra_is_named(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(Conflict) as refused:
        run_in(database, tmp_path, Cluster("tcp://127.0.0.1:9"))
    assert refused.value.code == "no_cluster_support"
    assert "shanhai[cluster]" in refused.value.detail
