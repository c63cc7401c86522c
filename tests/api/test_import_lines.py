"""Targets and ledger entries come from sheets, each line checked as it would be over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.database import Database
from tests.api.importing import Office, asked, sheet
from tests.api.ledger import pairing_of
from tests.conftest import World


@pytest.fixture
def office(world: World, database: Database, tmp_path: Path) -> Office:
    return Office(world, database, tmp_path)


ENTRY_TITLES = ("结对编号", "计量项目", "资金构成", "数额", "到账日期", "凭证名称", "凭证文号")


def _entries(world: World) -> list[list[Any]]:
    pairing = pairing_of(world)
    return [
        [pairing, "到位资金", "固定资产", "1,200.5", "2026年10月20日", "验资报告", "庆验12号"],
        [pairing, "到位资金", "流动资金", 300, "2026-10-21", None, "庆验13号"],
        [pairing, "到位资金", None, 1, "2026-10-22", "验资报告", None],
        [pairing, "到位资金", "固定资产", 1200.5, "2026-10-20", "验资报告", "庆验12号"],
        ["par_00000000000000000000000000", "到位资金", "土地", 5, "2026-10-22", "收据", None],
        [pairing, "培训人数", None, 12, "2026-10-22", None, None],
    ]


SAID = [
    (4, "资金构成", "/component", "missing"),
    (5, "结对编号", "/pairing_id", "duplicate"),
    (6, "结对编号", "/pairing_id", "unknown_pairing"),
    (7, None, "/evidence", "too_short"),
]


def test_ledger_entries_are_claimed_line_by_line_and_none_twice(world: World, office: Office) -> None:
    content = sheet(ENTRY_TITLES, _entries(world))
    for mode, stored in (("validate_only", 0), ("all_or_nothing", 0), ("row_by_row", 2)):
        found = office.done("jiashan", content, kind="ledger-entries", mode=mode)
        assert found["state"] == ("refused" if mode == "all_or_nothing" else "done"), found
        counts = (found["rows_done"], found["rows_accepted"], found["rows_refused"], found["rows_duplicate"])
        assert (*counts, found["rows_stored"]) == (6, 2, 3, 1, stored)
        assert office.errors("jiashan", found["id"]) == SAID
        items = world.get("jiashan", "/v1/ledger-entries").json()["items"]
        assert len(items) == stored
    assert [(item["amount"], item["component"], item["state"]) for item in items] == [
        (1200.5, "fixed_asset", "claimed"),
        (300, "working_capital", "claimed"),
    ]
    assert items[0]["evidence"][0]["document_no"] == "庆验12号"
    again = sheet(ENTRY_TITLES, _entries(world)[:2])
    found = office.done("jiashan", again, kind="ledger-entries", mode="all_or_nothing")
    assert (found["state"], found["rows_stored"], found["rows_duplicate"]) == ("done", 0, 2)


TARGET_TITLES = ("单位编号", "协作类型", "年度", "考核期", "指标代码", "任务数", "文号")


def test_an_authority_sets_targets_from_a_sheet_and_of_others_none(world: World, office: Office) -> None:
    jiashan = world.organisations["jiashan"]
    rows: list[list[Any]] = [
        [jiashan, "山海协作", 2026, "全年", "funds_in_place", 20000, "浙山海办〔2026〕2号"],
        [jiashan, "山海协作", "2026", "上半年", "funds_in_place", "８０００", None],
        [jiashan, "山海协作", 2026, "全年", "funds_in_place", 9, None],
        [jiashan, "山海协作", 2026, "全年", "no_such_indicator", 9, None],
        [world.organisations["jiuzhaigou"], "山海协作", 2026, "全年", "funds_in_place", 9, None],
        [jiashan, "山海协作", 2026.5, "全年", "funds_in_place", 9, None],
    ]
    found = office.done("zhejiang", sheet(TARGET_TITLES, rows), kind="targets", mode="row_by_row")
    counts = (found["rows_accepted"], found["rows_refused"], found["rows_duplicate"])
    assert counts == (2, 3, 1), (found, office.errors("zhejiang", found["id"]))
    codes = [(line, code) for line, _, _, code in office.errors("zhejiang", found["id"])]
    assert codes[:3] == [(4, "duplicate"), (5, "unknown_indicator"), (6, "not_found")]
    items = world.get("zhejiang", "/v1/targets").json()["items"]
    assert [(item["amount"], item["period"]) for item in items] == [(20000, "year"), (8000, "first_half")]
    answer = asked(world, "jiashan", sheet(TARGET_TITLES, rows), kind="targets")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_permission")
