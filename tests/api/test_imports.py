"""Files are imported over HTTP as each of their rows would be entered, or told row by row why not."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from service.database import Database
from service.domain import profiles, projects
from service.workbook_bounds import Limits
from service.workbooks import read_rows
from tests.api.importing import ROWS, Office, asked, sheet
from tests.conftest import World
from tests.test_workbooks import HOSTILE

EXAMPLES = {"projects": projects.EXAMPLE, "profiles": profiles.EXAMPLE}
WIDE = Limits(columns=128, cells=256_000)


@pytest.fixture
def office(world: World, database: Database, tmp_path: Path) -> Office:
    return Office(world, database, tmp_path)


def _projects(world: World) -> list[dict[str, Any]]:
    items = world.get("jiashan", "/v1/projects?limit=100").json()["items"]
    return [dict(item) for item in items]


def test_a_sheet_of_an_office_is_checked_then_entered_and_what_was_converted_is_shown(
    world: World, office: Office
) -> None:
    checked = office.done("jiashan", sheet(), mode="validate_only")
    assert (checked["state"], checked["rows_accepted"], checked["rows_stored"]) == ("done", 2, 0)
    assert (checked["progress_done"], checked["errors"], _projects(world)) == (3, 0, [])
    entered = office.done("jiashan", sheet(), mode="all_or_nothing")
    assert (entered["state"], entered["rows_stored"], entered["rows_refused"]) == ("done", 2, 0)
    assert entered["conversions"] == checked["conversions"]
    first, second = _projects(world)
    assert (first["name"], first["origin_region_code"]) == ("木门项目", "330421")
    assert (first["land_mu"], first["power_kva"], first["fixed_investment_10k_cny"]) == (60, 2500, 18000)
    assert (second["land_mu"], second["power_kva"], second["fixed_investment_10k_cny"]) == (52.5, 1800, 18000)
    told = {(said["column"], said["kind"], said["from_unit"]): said for said in entered["conversions"]}
    land = told[("用地需求（公顷）", "unit", "公顷")]
    assert (land["field"], land["to_unit"], land["factor"], land["cells"]) == ("land_mu", "mu", 15, 2)
    assert (land["first_line"], land["first_from"], land["first_to"]) == (2, "4.0", "60.0")
    power = told[("用电负荷(MW)", "unit", "MW")]
    assert (power["convention"], power["first_to"]) == ("power_factor_0.9", "2500.0")
    assert ("用电负荷(MW)", "thousands_separator", None) in told
    assert ("用地需求（公顷）", "full_width", None) in told
    assert [column["unit"] for column in entered["columns"]] == [None] * 4 + ["公顷", "MW", "亿元"]
    job = world.get("jiashan", f"/v1/jobs/{entered['job_id']}").json()
    assert (job["state"], job["kind"], job["result"]["stored"]) == ("done", "import", 2)


BAD: list[list[Any]] = [
    *ROWS,
    ["缺行业", "丙公司", None, "330421", 1, 1, 1],
    ["好项目", "丁公司", "C2110", "330421", "四", "1吨", -1],
    ["木门项目", "甲公司", "C2110", "330421", 9, 9, 9],
    ["缺地区", "戊公司", "C2110", "999999", None, None, None],
    ["好项目", "丁公司", "C2110", "330421", None, None, None],
]
SAID = [
    (4, "行业代码", "/industry_code", "missing"),
    (5, "用地需求（公顷）", "/land_mu", "not_a_number"),
    (5, "用电负荷(MW)", "/power_kva", "unit_in_number"),
    (5, "固定资产投资（亿元）", "/fixed_investment_10k_cny", "greater_than_equal"),
    (6, None, "", "duplicate"),
    (7, "来源地代码", "/origin_region_code", "unknown_region"),
]


def test_one_bad_row_and_of_all_or_nothing_nothing_is_stored_but_every_fault_is_told(
    world: World, office: Office
) -> None:
    for mode in ("validate_only", "all_or_nothing"):
        found = office.done("jiashan", sheet(rows=BAD), mode=mode)
        assert found["state"] == {"validate_only": "done", "all_or_nothing": "refused"}[mode]
        assert (found["rows_done"], found["rows_accepted"], found["rows_refused"]) == (7, 3, 3)
        assert (found["rows_duplicate"], found["rows_stored"], found["errors"]) == (1, 0, 6)
        assert office.errors("jiashan", found["id"]) == SAID
    assert _projects(world) == []
    # Refused as a whole, it may be asked for again; here, row by row.
    again = office.done("jiashan", sheet(rows=BAD), mode="row_by_row")
    assert (again["state"], again["rows_stored"], again["rows_refused"]) == ("done", 3, 3)
    assert office.errors("jiashan", again["id"]) == SAID
    assert [project["name"] for project in _projects(world)] == ["木门项目", "橱柜项目", "好项目"]
    assert [item["mode"] for item in world.get("jiashan", "/v1/imports").json()["items"]] == [
        "row_by_row",
        "all_or_nothing",
        "validate_only",
    ]


def test_what_was_refused_is_downloaded_as_a_table_and_as_a_sheet(world: World, office: Office) -> None:
    found = office.done("jiashan", sheet(rows=BAD), mode="validate_only")
    path = f"/v1/imports/{found['id']}/errors"
    table = world.get("jiashan", f"{path}.csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert lines[0] == ["行", "列", "位置", "代码", "说明"]
    assert [(int(line[0]), line[1] or None, line[2], line[3]) for line in lines[1:]] == SAID
    rows = read_rows(world.get("jiashan", f"{path}.xlsx", headers={"Accept-Language": "en"}).content)
    assert rows[0][:2] == ["line", "column"]
    assert [row[3] for row in rows[1:]] == [code for *_, code in SAID]
    for other in ("qingyuan", "platform"):
        for name in (f"/v1/imports/{found['id']}", path, f"{path}.csv", f"{path}.xlsx"):
            assert world.get(other, name).status_code == 404
        assert world.get(other, "/v1/imports").json()["items"] == []


def test_the_same_file_and_the_same_row_are_told_and_not_stored_twice(world: World, office: Office) -> None:
    content = sheet()
    first = office.done("jiashan", content, mode="row_by_row")
    for mode in ("row_by_row", "all_or_nothing"):
        answer = asked(world, "jiashan", content, mode=mode)
        assert (answer.status_code, answer.json()["code"]) == (409, "imported_before")
        assert first["id"] in answer.json()["detail"]
    others = sheet(rows=[*ROWS, ["新项目", None, "C2110", "330421"]])
    more = office.done("jiashan", others, mode="all_or_nothing")
    assert (more["state"], more["rows_stored"], more["rows_duplicate"]) == ("done", 1, 2)
    # A check of rows that are there says so too.
    assert office.done("jiashan", sheet())["rows_duplicate"] == 2
    # What another office has entered is none of its own.
    assert office.done("qingyuan", content, mode="row_by_row")["rows_stored"] == 2
    assert len(_projects(world)) == 3


def test_an_import_that_waits_is_not_asked_for_twice_and_one_whose_job_ended_goes_on(
    world: World, office: Office
) -> None:
    content = sheet()
    first = asked(world, "jiashan", content, mode="row_by_row").json()
    assert first["state"] == "queued"
    twin = asked(world, "jiashan", content, mode="row_by_row")
    assert (twin.status_code, twin.json()["code"]) == (409, "import_in_progress")
    job = f"/v1/jobs/{first['job_id']}/cancel"
    assert world.call("jiashan", "POST", job, headers={"If-Match": "*"}).status_code == 200
    assert world.get("jiashan", f"/v1/imports/{first['id']}").json()["state"] == "cancelled"
    again = office.done("jiashan", content, mode="all_or_nothing")
    assert (again["id"], again["state"], again["mode"]) == (first["id"], "done", "all_or_nothing")
    assert again["job_id"] != first["job_id"]


def test_an_import_may_not_publish_where_publishing_takes_a_second_person(
    world: World, office: Office
) -> None:
    wanted = {"second_person_for": ["profile.publish"]}
    path = f"/v1/organisations/{world.organisations['qingyuan']}/settings"
    assert world.patch("qingyuan", path, wanted).status_code == 200
    titles = ("行政区划代码", "载体类型", "载体名称", "数据日期", "状态")
    rows = [
        [331126, "产业园区", "一期", "2026年11月1日", "发布"],
        [331126, "产业园区", "二期", "2026年11月1日", "草稿"],
    ]
    for mode in ("validate_only", "all_or_nothing", "row_by_row"):
        found = office.done("qingyuan", sheet(titles, rows), kind="profiles", mode=mode)
        assert found["rows_refused"] == 1
        assert office.errors("qingyuan", found["id"]) == [(2, "状态", "/status", "second_person_required")]
    (profile,) = world.get("qingyuan", "/v1/profiles").json()["items"]
    assert (profile["site_name"], profile["status"]) == ("二期", "draft")
    assert world.get("jiashan", "/v1/profiles").json()["items"] == []
    assert world.get("qingyuan", "/v1/approvals").json()["items"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_with_chinese_titles_is_read_in_the_encodings_of_offices(
    world: World, office: Office, encoding: str
) -> None:
    titles = "行政区划代码,载体类型,名称,可用土地（公顷）,统计日期"
    table = f"资源要素汇总表,,,,\n{titles}\n331126,产业园区,一期,8,2026.11.1\n"
    found = office.done("qingyuan", table.encode(encoding), "rows.csv", kind="profiles", mode="row_by_row")
    assert (found["state"], found["rows_stored"]) == ("done", 1), found
    (profile,) = world.get("qingyuan", "/v1/profiles").json()["items"]
    assert (profile["land_mu"], profile["as_of"]) == (120, "2026-11-01")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_imported_is_refused_with_what_to_do(world: World, office: Office) -> None:
    cases = [
        (
            world.post("jiashan", "/v1/imports", _body(file_id="fil_00000000000000000000000001")),
            "unknown_file",
        ),
        (asked(world, "jiashan", b"{}", "rows.xlsx"), "not_a_workbook"),
    ]
    for answer, code in cases:
        assert answer.status_code == 422, answer.text
        assert code in {answer.json()["code"], *(error["code"] for error in answer.json()["errors"])}
    # Another office's file is none.
    theirs = asked(world, "qingyuan", sheet(), mode="validate_only").json()["file_id"]
    assert world.post("jiashan", "/v1/imports", _body(file_id=theirs)).status_code == 422
    assert world.post("zhejiang", "/v1/imports", _body(file_id=theirs)).json()["code"] == "missing_permission"
    office.work()
    unknown = office.done("jiashan", sheet(("项目名称", "颜色"), [["a", "b"]]), mode="validate_only")
    assert unknown["state"] == "failed"
    codes = [error["code"] for error in unknown["problem"]["errors"]]
    assert codes == ["unknown_column", "missing_column", "missing_column"]
    empty = office.done("jiashan", sheet(rows=[]), mode="validate_only")
    assert empty["problem"]["errors"][0]["code"] == "no_rows"


def _body(**fields: Any) -> dict[str, Any]:
    return {"kind": "projects", "format": "xlsx", "mode": "validate_only", **fields}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"empty", "far row", "far column", "wide"}))
def test_a_hostile_workbook_is_refused_over_http(world: World, office: Office, name: str) -> None:
    answer = asked(world, "jiashan", HOSTILE[name], mode="validate_only")
    told = answer.json()
    if answer.status_code == 202:
        # Found out by who lays it out, when the job begins.
        assert office.work() == 1
        found = world.get("jiashan", f"/v1/imports/{told['id']}").json()
        assert found["state"] == "failed"
        told = found["problem"]
    assert told["status"] == 422
    assert told["code"] in {"not_a_workbook", "workbook_too_large"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["projects", "profiles"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_is_filled_in_and_its_example_alone_is_not_imported(
    world: World, office: Office, kind: str, language: str
) -> None:
    path = f"/v1/import-templates/{kind}?language={language}"
    content = world.get("qingyuan", path).content
    rows = read_rows(content, limits=WIDE)
    top = next(place for place, row in enumerate(rows) if str(row[0]) in ("序号", "No."))
    titles, example = rows[top], rows[-1]
    assert len([title for title in titles if title]) == len(set(titles))
    unfilled = office.done("qingyuan", content, kind=kind, mode="validate_only")
    assert unfilled["problem"]["errors"][0]["code"] == "no_rows"
    filled = sheet([str(title) for title in titles], [[1, *example[1:]]])
    found = office.done("qingyuan", filled, kind=kind, mode="row_by_row")
    assert (found["state"], found["rows_stored"], found["errors"]) == ("done", 1, 0), found
    (stored,) = world.get("qingyuan", f"/v1/{kind}").json()["items"]
    wanted = EXAMPLES[kind]
    assert {name: stored[name] for name in wanted} == wanted
