"""A file of profiles is entered as each of its rows would be over HTTP, or told row by row why not."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.access.policy import Actor
from service.database import Database, reading, record_changes, revision_of, writing
from service.domain import profile_batches, profile_records
from service.domain.profile_checks import everything
from service.domain.profiles import ProfileWrite
from service.domain.shapes import validated
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.index import MatchIndex
from service.jobs import import_checking
from service.jobs.import_checking import Checker, Order, checked
from service.jobs.import_files import examined
from service.jobs.import_runs import Report
from service.jobs.imports import import_file
from tests.api.bad_bodies import NUMBERS, PROFILE_BASE, SHAPES, TEXTS
from tests.conftest import PROFILE, World
from tests.index.test_live import content
from tests.jobs.imported import assert_on_record, ndjson, numbered, stored

texts = st.sampled_from(["  e\u0301 园区 ", "园区", "", "\u202e园区", "x" * 201, 5, None])
numbers = st.one_of(
    st.sampled_from([0, -0.0, 1, 120.5, 0.1 + 0.2, 1e-320, 1e7, 1e13, 10**30, -1, "60", True, None, [1]]),
    st.floats(0, 1e7),
)
regions = st.sampled_from(["331126", "513225", "330421", "330523", "330000", "999999", "33", 330421])
industries = st.sampled_from(["C20", "C2110", "C", "C9999", "Z", "c20"])
days = st.sampled_from(["2026-11-01", "2199-01-01", "1900-01-01", "2026-02-30", "2026-1-1", 0, None])
names = st.sampled_from(["land_mu", "largest_parcel_mu", "no_such_figure", "", "site_name"])
members = st.fixed_dictionaries(
    {},
    optional={
        "region_code": regions,
        "home_region_codes": st.lists(regions, max_size=3),
        "site_name": texts,
        "zone_code": st.sampled_from(["G111001", "S117001", "NONE", "g1", None]),
        "lon": st.sampled_from([119.1, 181, None]),
        "lat": st.sampled_from([27.6, None]),
        "land_mu": numbers,
        "power_kva": numbers,
        "quantities": st.dictionaries(
            st.sampled_from(["largest_parcel_mu", "energy_quota_tce", "power_kva", "No"]), numbers, max_size=3
        ),
        "land_ready_on": days,
        "leading_industries": st.lists(texts, max_size=3),
        "industry_codes": st.lists(industries, max_size=3),
        "materials": st.lists(
            st.fixed_dictionaries({"name": texts}, optional={"quantity_per_year": numbers}), max_size=2
        ),
        "description": texts,
        "restricted_industries": st.lists(
            st.fixed_dictionaries({"code": industries, "level": st.sampled_from(["prohibited", "no"])}),
            max_size=2,
        ),
        "is_chemical_park": st.sampled_from([True, False, None, "true", 1]),
        "evidence": st.dictionaries(
            names, st.fixed_dictionaries({}, optional={"as_of": days, "source": texts})
        ),
        "restricted_fields": st.lists(names, max_size=2),
        "valid_until": days,
        "as_of": days,
        "status": st.sampled_from(["draft", "published", "withdrawn", "gone"]),
        "colour": st.just(1),
    },
)
# Mostly good bodies, so that those that are stored are compared too.
bodies = st.one_of(
    st.fixed_dictionaries({}, optional={"land_mu": st.floats(0, 1e7), "status": st.just("draft")}),
    members,
).map(lambda fields: {**PROFILE, **fields})


def _one_by_one(database: Database, actor: Actor, given: list[Any]) -> list[list[tuple[str, str]]]:
    """Registered as over HTTP; what is said of each."""
    told: list[list[tuple[str, str]]] = []
    for body in given:
        try:
            with writing(database) as session:
                profile_records.register(session, actor, validated(ProfileWrite, body))
            told.append([])
        except Invalid as error:
            told.append([(entry.pointer, entry.code) for entry in error.errors])
        except Forbidden as error:
            told.append([("/region_code", error.code)])
    return told


def _at_once(database: Database, actor: Actor, path: Path) -> list[list[tuple[str, str]]]:
    """As an import does it; what is said of each."""
    with reading(database) as session:
        known = everything(session, actor)
    source = examined(path, "ndjson")
    told: list[list[tuple[str, str]]] = [[] for _ in range(source.lines)]
    for piece in checked(source, Order(known, actor)):
        for refusal in piece.refusals:
            told[refusal.line - 1].append((refusal.pointer, refusal.code))
        with writing(database) as session:
            profile_batches.enter(session, actor, [piece.accepted])
    return told


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(bodies, min_size=1, max_size=6), who=st.sampled_from(["jiashan", "qingyuan", "platform"])
)
def test_many_are_entered_and_refused_as_each_alone_would_be(world, database, tmp_path, rows, who):
    before = len(stored(database))
    actor = world.actors[who]
    alone = _one_by_one(database, actor, rows)
    middle = len(stored(database))
    together = _at_once(database, actor, ndjson(tmp_path / "rows.ndjson", rows))
    assert together == alone
    rows_of = stored(database)
    assert rows_of[middle:] == rows_of[before:middle]
    assert_on_record(database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("member", "pointer", "code"), [case for case in NUMBERS + TEXTS + SHAPES if case[1] is not None]
)
def test_a_faulty_member_is_told_as_the_api_tells_it(world, database, tmp_path, member, pointer, code):
    actor = world.actors["qingyuan"]
    path = tmp_path / "rows.ndjson"
    path.write_text(f"{{{PROFILE_BASE}, {member}}}\n", encoding="utf-8", errors="surrogatepass")
    (told,) = _at_once(database, actor, path)
    assert (pointer.replace("\x00", "\ufffd"), code) in told


def _import(database: Database, world: World, path: Path, who: str = "qingyuan", **more: Any) -> Report:
    return import_file(database, world.organisations[who], path, **more)


@pytest.mark.parametrize("beside", [False, True])
def test_a_file_is_stored_in_one_revision_in_its_order(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    monkeypatch.setattr(import_checking, "ROWS_AT_ONCE", 20)
    monkeypatch.setattr(import_checking, "WORTH_A_PROCESS_BYTES", 0 if beside else 10**9)
    path = ndjson(tmp_path / "rows.ndjson", numbered(90))
    with reading(database) as session:
        before = revision_of(session)
    seen: list[tuple[int, int]] = []
    report = _import(database, world, path, step=lambda done, of: seen.append((done, of)))
    assert (report.rows, report.stored, report.refused) == (90, 90, 0)
    assert seen[-1] == (90, 90)
    with reading(database) as session:
        assert revision_of(session) == before + 1
    rows = stored(database)
    assert [row["site_name"] for row, _ in rows] == [f"园区{number:05}" for number in range(90)]
    assert [len(states) for _, states in rows] == [row["status"] == "published" for row, _ in rows]
    assert_on_record(database)
    again = _import(database, world, path)
    assert (again.skipped, again.stored, len(stored(database))) == (90, 90, 90)


MIXED = [
    numbered(1)[0],
    {**PROFILE, "land_mu": "60", "lon": 119.0},
    {**PROFILE, "region_code": "330523"},
    "{",
    {**PROFILE, "region_code": "330503"},
]
SAID = [
    (2, "/land_mu", "not_a_number"),
    (3, "/region_code", "region_not_yours"),
    (4, "", "json_invalid"),
    (5, "/region_code", "region_not_yours"),
]
# The first of MIXED once more.
TWICE = (6, "", "duplicate")


def test_one_bad_row_and_nothing_is_stored_but_all_are_told(
    world: World, database: Database, tmp_path: Path
) -> None:
    path = ndjson(tmp_path / "rows.ndjson", MIXED)
    for mode in ("validate_only", "all_or_nothing"):
        report = _import(database, world, path, mode=mode, errors=tmp_path / "errors.ndjson")
        assert (report.rows, report.stored, report.refused) == (5, 0, 4)
        told = [json.loads(line) for line in (tmp_path / "errors.ndjson").read_text().splitlines()]
        assert [(entry["line"], entry["pointer"], entry["code"]) for entry in told] == SAID
        assert all(entry["detail"].endswith(".") for entry in told)
    assert stored(database) == []


def test_row_by_row_the_good_ones_are_stored_and_the_others_told_again_later(
    world: World, database: Database, tmp_path: Path
) -> None:
    path = ndjson(tmp_path / "rows.ndjson", [*MIXED, *numbered(3)])
    report = _import(database, world, path, mode="row_by_row", errors=tmp_path / "errors.csv")
    assert (report.rows, report.stored, report.refused, report.skipped) == (8, 3, 4, 0)
    assert report.duplicates == 1
    first = (tmp_path / "errors.csv").read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(first.splitlines()))
    assert [(int(line["line"]), line["pointer"], line["code"]) for line in lines] == [*SAID, TWICE]
    (tmp_path / "errors.csv").unlink()
    again = _import(database, world, path, mode="row_by_row", errors=tmp_path / "errors.csv")
    assert (again.stored, again.refused, again.duplicates, again.skipped) == (3, 4, 1, 8)
    assert (tmp_path / "errors.csv").read_text(encoding="utf-8-sig") == first
    assert len(stored(database)) == 3
    assert_on_record(database)


def test_a_partner_enters_for_the_county_which_then_confirms(
    world: World, database: Database, tmp_path: Path
) -> None:
    path = ndjson(tmp_path / "rows.ndjson", numbered(3))
    assert _import(database, world, path, "jiashan").stored == 3
    assert {(row["organisation_id"], row["unconfirmed"]) for row, _ in stored(database)} == {
        (world.organisations["qingyuan"], True)
    }
    ids = [item["id"] for item in world.get("jiashan", "/v1/profiles").json()["items"]]
    answer = world.call("qingyuan", "POST", f"/v1/profiles/{ids[0]}/confirmation", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    versions = world.get("qingyuan", f"/v1/profiles/{ids[0]}/versions").json()["items"]
    assert [version["profile"]["unconfirmed"] for version in versions] == [False, True]


def test_whoever_may_not_write_profiles_imports_none(
    world: World, database: Database, tmp_path: Path
) -> None:
    path = ndjson(tmp_path / "rows.ndjson", numbered(1))
    with pytest.raises(Forbidden) as refused:
        _import(database, world, path, "zhejiang")
    assert refused.value.code == "missing_permission"
    with pytest.raises(NotFound):
        import_file(database, "org_00000", path)


def test_what_was_checked_against_must_still_hold_when_it_is_stored(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_checking, "ROWS_AT_ONCE", 1)
    path = ndjson(tmp_path / "rows.ndjson", numbered(3))
    ended = {"until": "2026-01-01"}
    pairings = world.get("jiashan", "/v1/pairings?region_code=331126").json()["items"]
    pairs = [pair["id"] for pair in pairings if pair["supporting_region_code"] == "330421"]

    def end_the_pairing(done: int, _of: int) -> None:
        if done == 2:
            for pair in pairs:
                assert world.patch("jiashan", f"/v1/pairings/{pair}", ended).status_code == 200

    with pytest.raises(Conflict) as refused:
        _import(database, world, path, "jiashan", mode="row_by_row", step=end_the_pairing)
    assert refused.value.code == "changed_meanwhile"
    assert len(stored(database)) == 2
    with pytest.raises(Conflict) as refused:
        _import(database, world, path, "jiashan")
    assert refused.value.code == "imported_in_part"
    report = _import(database, world, path, "jiashan", mode="row_by_row")
    assert (report.stored, report.refused, report.skipped) == (2, 1, 2)


def test_two_imports_of_one_file_at_once_enter_no_row_twice(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_checking, "ROWS_AT_ONCE", 2)
    path = ndjson(tmp_path / "rows.ndjson", numbered(6))

    def overtake(done: int, _of: int) -> None:
        if done == 2:
            assert _import(database, world, path, mode="row_by_row").stored == 6

    with pytest.raises(Conflict) as refused:
        _import(database, world, path, mode="row_by_row", step=overtake)
    assert refused.value.code == "import_in_progress"
    assert len(stored(database)) == 6


def test_an_index_follows_more_changes_than_a_statement_takes_parameters(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = MatchIndex()
    world.profile()
    with reading(database) as session:
        index.current(session)
    _import(database, world, ndjson(tmp_path / "rows.ndjson", numbered(40)))
    with writing(database) as session:
        # Gone again already; what counts here is how many were changed.
        record_changes(session, "profile", [f"prf_{number:05}" for number in range(70_000)], "create")
    with reading(database) as session:
        assert content(index.current(session)) == content(MatchIndex().current(session))


def test_an_unfinished_check_ends_with_the_one_who_asked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(import_checking, "WORTH_A_PROCESS_BYTES", 0)
    monkeypatch.setattr(import_checking, "ROWS_AT_ONCE", 5)
    actor = world.actors["qingyuan"]
    with reading(database) as session:
        known = everything(session, actor)
    checker = Checker(examined(ndjson(tmp_path / "rows.ndjson", numbered(500)), "ndjson"))
    assert len(next(checker.pieces(Order(known, actor))).accepted) == 5
    process = checker._process
    checker._pipe.close()
    process.join(20)
    assert process.exitcode == 0
