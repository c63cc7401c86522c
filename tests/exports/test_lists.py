"""Workbooks of every list: the same rows and figures as the API, inert, with heads in words."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any, get_args

import pytest

from service.domain import (
    holds,
    indicators,
    ledger_entries,
    measures,
    milestones,
    outcomes,
    pairings,
    profiles,
    projects,
    stages,
)
from service.exports import wording
from service.exports.kinds import KINDS
from service.exports.lists.pairings import PairingsAsked
from service.exports.lists.pairings import sheets as sheets_of_pairings
from service.exports.reading import Limits, Reading
from service.exports.refusals import ExportRefused
from service.rankings.reader import Language
from tests.conftest import World
from tests.exports.conftest import Exports, Pair, Year, opened

#: For each list that has an address: where, and the first sheet's column of ids.
LISTS = {
    "projects": "/v1/projects",
    "profiles": "/v1/profiles",
    "holds": "/v1/holds",
    "opportunities": "/v1/opportunities",
    "visits": "/v1/visits",
    "outcomes": "/v1/outcomes",
    "pairings": "/v1/pairings",
    "ledger_entries": "/v1/ledger-entries",
    "targets": "/v1/targets",
}


def _all(world: World, who: str, path: str, **parameters: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = world.get(who, path, params={"limit": 100, **parameters, **more}).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_a_workbook_has_the_rows_of_the_list_and_no_others(
    exports: Exports, world: World, pair: Pair, year: Year
) -> None:
    for kind, path in LISTS.items():
        for who in ("jiashan", "qingyuan", "anji"):
            listed = [item["id"] for item in _all(world, who, path)]
            first = next(iter(exports.sheets(who, kind).values()))
            assert [line["编号"] for line in first] == listed, (who, kind)
            assert listed or who == "anji", (who, kind)


def test_figures_of_projects_and_profiles_are_numbers_and_dates_and_those_of_the_api(
    exports: Exports, world: World, pair: Pair
) -> None:
    (line,) = exports.sheets("jiashan", "projects")["招商项目"]
    own = world.get("jiashan", f"/v1/projects/{pair.project['id']}").json()
    assert line["土地（亩）"] == own["land_mu"] == 61.37
    assert line["固定资产投资（万元）"] == own["fixed_investment_10k_cny"]
    assert line["劳动力（人）"] == own["labour_persons"]
    assert line["厂房面积（平方米）"] == ""
    assert (line["行业名称"], line["来源地"]) == ("木质家具制造", "浙江省嘉兴市嘉善县")
    assert isinstance(line["录入时间"], datetime)
    (place,) = exports.sheets("qingyuan", "profiles", own=True)["资源要素档案"]
    stored = world.get("qingyuan", f"/v1/profiles/{pair.profile['id']}").json()
    assert (place["土地（亩）"], place["经度（度）"]) == (stored["land_mu"], stored["lon"])
    assert place["宿舍床位（床）"] == 240
    assert place["填报日期"] == date.fromisoformat(stored["as_of"])
    assert (place["数据性质"], place["状态"]) == ("填报数据", "已发布")


def test_another_organisation_gets_bands_where_the_api_gives_it_bands(
    exports: Exports, world: World, pair: Pair
) -> None:
    (line,) = exports.sheets("qingyuan", "projects")["招商项目"]
    shown = world.get("qingyuan", f"/v1/projects/{pair.project['id']}").json()
    assert (shown["land_mu"], shown["bands"]["land_mu"]) == (None, {"low": 50.0, "high": 100.0})
    assert line["土地（亩）"] == "50–100"
    assert (line["投资方"], line["主要产品"]) == ("", "")
    assert "投资方" in line["未披露的字段"]
    (place,) = exports.sheets("jiashan", "profiles", region_code="331126")["资源要素档案"]
    assert place["土地（亩）"] == "100–200"
    assert "供电公司" in place["数据来源"]


def test_the_records_of_a_pair_stand_in_words(exports: Exports, pair: Pair) -> None:
    record, steps, moves = exports.sheets("jiashan", "opportunities").values()
    assert record[0]["阶段"] == "已推荐"
    assert (steps[0]["节点"], steps[0]["计划日期"]) == ("土地摘牌", date(2026, 12, 20))
    assert [line["新阶段"] for line in moves] == ["已推荐"]
    (held,) = exports.sheets("jiashan", "holds")["意向预留"]
    assert (held["状态"], held["土地（亩）"], held["载体名称"]) == ("预留中", 40.5, "庆元竹木产业园")
    visits, stops, open_ends = exports.sheets("jiashan", "visits").values()
    assert visits[0]["人员"] == "张明 嘉善县投资促进中心 科长"
    assert (stops[0]["载体名称"], stops[0]["日期"]) == ("庆元竹木产业园", date(2026, 12, 8))
    assert open_ends[0]["内容"] == "内部跟进事项"
    (outcome,) = exports.sheets("qingyuan", "outcomes")["推荐结果"]
    assert (outcome["结果"], outcome["备注"]) == ("已接受", "同意对接")


def test_a_ranking_has_every_score_with_its_lines_as_the_api_has_it(
    exports: Exports, world: World, pair: Pair
) -> None:
    path = f"/v1/projects/{pair.project['id']}/matches"
    ranked = _all(world, "jiashan", path)
    places, scores = exports.sheets("jiashan", "matches", project_id=pair.project["id"]).values()
    assert [line["载体编号"] for line in places] == [item["profile"]["id"] for item in ranked]
    assert [line["得分"] for line in places] == pytest.approx([item["score"] for item in ranked], rel=1e-14)
    first = ranked[0]
    own = [line for line in scores if line["名次"] == 1]
    assert len(own) == len(first["contributions"])
    for line, said in zip(own, first["contributions"], strict=True):
        # A workbook keeps sixteen digits.
        assert line["适配度"] == pytest.approx(said["utility"], rel=1e-14)
        assert line["得分贡献"] == pytest.approx(said["contribution"], rel=1e-14)
        assert line["理由"] == said["reason"]
    assert sum(line["得分贡献"] for line in own) == pytest.approx(places[0]["得分"], abs=1e-9)


def test_a_ranking_takes_weights_filters_and_a_number_of_places(
    exports: Exports, world: World, pair: Pair
) -> None:
    world.profile("jiuzhaigou", region_code="513225", site_name="九寨沟园区", land_mu=900)
    query = {"weights": {"land": 1, "industry": 0}, "filters": {"region_codes": ["513225"]}}
    asked = {"project_id": pair.project["id"], **query}
    ranked = world.post("jiashan", "/v1/match-queries", asked).json()["items"]
    places, _ = exports.sheets("jiashan", "matches", **asked, first=1).values()
    assert places[0]["得分"] == pytest.approx(ranked[0]["score"], rel=1e-14)
    assert [line["载体名称"] for line in places] == ["九寨沟园区"]


def test_places_passed_over_have_their_rules_and_the_cheapest_change(
    exports: Exports, world: World, pair: Pair
) -> None:
    short = world.profile(site_name="小园区", land_mu=20)
    path = f"/v1/projects/{pair.project['id']}/exclusions"
    excluded = _all(world, "jiashan", path)
    places, failing = exports.sheets("jiashan", "exclusions", project_id=pair.project["id"]).values()
    assert [line["载体编号"] for line in places] == [item["profile"]["id"] for item in excluded]
    (line,) = [line for line in places if line["载体编号"] == short["id"]]
    (item,) = [item for item in excluded if item["profile"]["id"] == short["id"]]
    assert line["改动后名次"] == item["rank_if_fixed"]
    assert line["最小改动"].startswith("土地 20 → 61.37 亩")
    (rule,) = [line for line in failing if line["载体名称"] == "小园区"]
    said = item["failures"][0]
    assert (rule["需求"], rule["供给"], rule["理由"]) == (said["need"], said["offer"], said["reason"])


def test_the_ledger_has_the_figures_and_the_totals_of_the_api(
    exports: Exports, world: World, pair: Pair, year: Year
) -> None:
    for who in ("jiashan", "qingyuan", "zhejiang"):
        page = world.get(who, "/v1/ledger-entries", params={"limit": 100}).json()
        lines, totals = exports.sheets(who, "ledger_entries").values()
        for line, item in zip(lines, page["items"], strict=True):
            assert line["数额"] == item["amount"]
            assert [line[name] or None for name in ("认定数额", "认定比例")] == [
                item["recognised_amount"],
                item["eligible_share"],
            ]
            assert line["发生日期"] == date.fromisoformat(item["occurred_on"])
        for line, item in zip(totals, page["totals"], strict=True):
            names = ("台账条数", "申报数", "已确认数", "认定数")
            told = ("entry_count", "claimed", "confirmed", "recognised")
            assert [line[name] for name in names] == [item[name] for name in told], item["measure"]
    first, jobs, _, back = exports.sheets("jiashan", "ledger_entries")["台账"]
    assert (first["计量项"], first["单位"], first["状态"], first["资金构成"]) == (
        "到位资金",
        "万元",
        "已认定",
        "固定资产",
    )
    assert (first["支援方"], first["结对县"]) == ("浙江省嘉兴市嘉善县", "浙江省丽水市庆元县")
    assert (first["项目名称"], first["载体名称"]) == (pair.project["name"], "庆元竹木产业园")
    assert (first["申报单位"], first["认定单位"]) == ("嘉善县招商局", "浙江省主管部门")
    assert (jobs["计量项"], jobs["单位"], jobs["项目名称"]) == ("就业人数", "人", "")
    assert (back["数额"], back["理由"], back["被冲销台账编号"]) == (-300, "重复填报", year.entries[2]["id"])
    # Who takes no part in the joint record reads the entry of the pairing, and not of which project it is.
    outside = exports.sheets("zhejiang", "ledger_entries")["台账"][0]
    record = world.get("zhejiang", f"/v1/opportunities/{pair.opportunity['id']}")
    assert bool(outside["项目名称"]) == record.is_success


def test_filters_narrow_the_entries_and_their_totals(exports: Exports, pair: Pair, year: Year) -> None:
    lines, totals = exports.sheets("jiashan", "ledger_entries", measure="jobs", state="claimed").values()
    assert [line["编号"] for line in lines] == [year.entries[1]["id"]]
    assert [(line["计量项"], line["申报数"], line["截至"]) for line in totals] == [
        ("就业人数", 60, date(2026, 9, 30))
    ]


def test_targets_stand_by_the_names_of_their_indicators(exports: Exports, pair: Pair, year: Year) -> None:
    (line,) = exports.sheets("jiashan", "targets", indicator="funds_in_place")["任务数"]
    assert (line["任务数"], line["单位"], line["年度"], line["考核期"]) == (3000.5, "万元", "2026", "全年")
    assert (line["所属单位"], line["下达单位"]) == ("嘉善县招商局", "浙江省主管部门")
    assert (line["指标代码"], line["文号"]) == ("funds_in_place", "浙山海办〔2026〕2号")
    assert line["指标"] != line["指标代码"]
    both = exports.sheets("zhejiang", "targets", language="en")["Targets"]
    assert [row["Organisation"] for row in both] == ["嘉善县招商局", "庆元县"]
    assert [row["Unit"] for row in both] == ["10k CNY", "10k CNY"]


@pytest.mark.parametrize("language", get_args(Language))
def test_every_head_of_every_list_is_in_the_language(
    exports: Exports, pair: Pair, year: Year, language: Language
) -> None:
    named = {"assessment": year.asked, "submission": {"submission_id": year.submission["id"]}}
    for kind in ("ledger_entries", "targets", "assessment", "submission"):
        sheets = exports.sheets("jiashan", kind, language=language, **named.get(kind, {}))
        heads = [title for lines in sheets.values() for title in lines[0]]
        assert heads, kind
        assert all(title.isascii() == (language == "en") for title in heads), (kind, heads)


ACTIVE = ('=HYPERLINK("http://evil.example","x")', "+1+1", "-2", "@SUM(1)")


def test_what_looks_like_a_formula_opens_as_text(exports: Exports, world: World) -> None:
    for text in ACTIVE:
        world.project(name=text, description=text)
    content = exports.file("jiashan", "projects")
    with zipfile.ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert not re.search(r"<hyperlink\b", sheet)
    lines = opened(content)["招商项目"]
    assert [line["项目名称"] for line in lines] == [line["说明"] for line in lines]
    assert [line["项目名称"] for line in lines] == [f"'{text}" for text in ACTIVE]


def test_the_head_stays_in_view_and_synthetic_data_is_marked_so(exports: Exports, world: World) -> None:
    world.profile(is_synthetic=True)
    content = exports.file("qingyuan", "profiles", own=True)
    with zipfile.ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<pane xSplit="1" ySplit="3"[^>]* state="frozen"', sheet)
    (line,) = opened(content)["资源要素档案"]
    assert line["数据性质"] == "合成数据（演示用）"


def test_english_heads_have_units_too(exports: Exports, pair: Pair) -> None:
    (line,) = exports.sheets("jiashan", "projects", language="en")["Projects"]
    assert (line["Land (mu)"], line["Fixed investment (10k CNY)"]) == (61.37, 18273)
    assert line["Site mode"] == "build"


def test_a_list_that_is_too_long_is_refused_and_says_what_to_do(exports: Exports, pair: Pair) -> None:
    reading = Reading(
        exports.database, exports.world.actors["jiashan"], "zh", exports.index, Limits(most_rows=10)
    )
    with pytest.raises(ExportRefused, match="Narrow it down") as refused:
        _read_whole(reading)
    assert refused.value.code == "export_too_large"


def _read_whole(reading: Reading) -> None:
    for sheet in sheets_of_pairings(reading, PairingsAsked()):
        list(sheet.rows)


CODES = {
    "stage": (*stages.STAGES, "registered"),
    "reason_code": get_args(outcomes.Reason),
    "result": get_args(outcomes.Result),
    "kind": get_args(milestones.Kind),
    "state": (*get_args(holds.State), *get_args(ledger_entries.State)),
    "component": get_args(ledger_entries.Component),
    "nature": get_args(measures.Nature),
    "period": indicators.PERIODS,
    "status": get_args(profiles.Status),
    "site_kind": get_args(profiles.SiteKind),
    "programme": get_args(pairings.Programme),
    "side": (*get_args(holds.Side), *get_args(ledger_entries.PairingSide)),
}
LITERALS = {
    projects.ProjectFields: ("move_kind", "site_mode", "coating", "fire_class", "visibility", "disclosure"),
    profiles.ProfileFields: ("enclave_direction", "enclave_purpose", "land_use", "environment_unit"),
}


@pytest.mark.parametrize("language", get_args(Language))
def test_every_code_is_put_into_words(language: Language) -> None:
    codes = CODES | {
        name: [code for code in _codes(model.model_fields[name].annotation) if isinstance(code, str)]
        for model, names in LITERALS.items()
        for name in names
    }
    for field, known in codes.items():
        assert known, field
        for code in known:
            said = wording.word(field, code, language)
            assert said.isascii() == (language == "en"), (field, code)


def _codes(annotation: Any) -> list[Any]:
    parts = get_args(annotation)
    return [one for part in parts for one in _codes(part)] if parts else [annotation]


def test_every_kind_has_a_name_in_both_languages_and_a_model_of_its_parameters() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name
        assert kind.en.isascii()
        assert not kind.zh.isascii()
        assert kind.parameters.model_json_schema()["additionalProperties"] is False
