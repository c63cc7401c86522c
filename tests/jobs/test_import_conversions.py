"""What offices write in their own way is converted, and told; what is not sure is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from service.domain.import_columns import Columns, Titled, plain
from service.domain.import_kinds import KINDS, PROFILES, PROJECTS, Kind
from service.domain.import_templates import title
from service.domain.import_units import name_zh
from service.domain.imports import Conversion
from service.errors import Invalid
from service.jobs.import_heads import Header, head_among
from service.reference import sheets
from service.reference.catalogue import measures, quantities

GOOD: dict[str, Any] = {"行政区划代码": 331126, "载体类型": "产业园区", "数据日期": "2026-11-01"}
NEED: dict[str, Any] = {"项目名称": "甲", "行业代码": "C2110", "来源地代码": "330421"}


def _read(kind: Kind, cells: dict[str, Any]) -> tuple[Any, list[Conversion]]:
    header = Header(kind.columns, kind.body_type, list(cells))
    return header.body(list(cells.values()), 7), header.taken_notes()


@pytest.mark.parametrize(
    ("column", "cell", "field", "value", "kind", "unit"),
    [
        ("可用土地（公顷）", "8", "land_mu", 120, "unit", "公顷"),
        ("可用土地（公顷）", 2.3, "land_mu", 34.5, "unit", "公顷"),
        ("土地面积/平方米", "2000", "land_mu", 3, "unit", "平方米"),
        ("可用土地", "8公顷", "land_mu", 120, "unit", "公顷"),
        ("可用土地（公顷）", "120 亩", "land_mu", 120, None, None),
        ("可用土地 [ha]", "1,000", "land_mu", 15000, "thousands_separator", None),
        ("可用土地（万亩）", "0.01", "land_mu", 100, "unit", "万亩"),
        ("可用厂房面积（万平方米）", 1.2, "floor_area_m2", 12000, "unit", "万平方米"),
        ("可用受电容量(MVA)", 3.15, "power_kva", 3150, "unit", "MVA"),
        ("可用受电容量(MW)", "4.5", "power_kva", 5000, "unit", "MW"),
        ("可用受电容量", "900千瓦", "power_kva", 1000, "unit", "千瓦"),
        ("可招劳动力（万人）", "0.06", "labour_persons", 600, "unit", "万人"),
        ("土地价格（元/平方米）", "240", "land_price_10k_cny_per_mu", 16, "unit", "元/平方米"),
        ("厂房租金（元/（平方米·月））", "12", "rent_cny_per_m2_month", 12, None, None),
        ("厂房租金（元/㎡/年）", "144", "rent_cny_per_m2_month", 12, "unit", "元/m2/年"),
        ("电价（分/度）", "62", "tariff_cny_per_kwh", 0.62, "unit", "分/度"),
        ("月工资（万元/年）", "6", "wage_cny_per_month", 5000, "unit", "万元/年"),
        ("可用土地", "１２０．５", "land_mu", 120.5, "full_width", None),
        ("可用土地", "1，200.5", "land_mu", 1200.5, "thousands_separator", None),
        ("可用土地", "1 200 000", "land_mu", 1200000, "thousands_separator", None),
        ("供地日期", "2026年1月5日", "land_ready_on", date(2026, 1, 5), "date", None),
        ("供地日期", "２０２６／１／５", "land_ready_on", date(2026, 1, 5), "date", None),
        ("供地日期", "20260105", "land_ready_on", date(2026, 1, 5), "date", None),
        ("供地日期", "2026-01-05 00:00:00", "land_ready_on", date(2026, 1, 5), "date", None),
        ("供地日期", datetime(2026, 1, 5), "land_ready_on", date(2026, 1, 5), None, None),  # noqa: DTZ001
        ("环境管控单元", "一般管控", "environment_unit", "general_control", "word", None),
        ("是否化工园区", "否", "is_chemical_park", False, None, None),
        ("飞出地代码", 330421.0, "home_region_codes", ["330421"], None, None),
        (
            "主导产业",
            "竹木加工、家具；\n玩具",
            "leading_industries",
            ["竹木加工", "家具", "玩具"],
            None,
            None,
        ),
    ],
)
def test_a_cell_is_converted_and_told(
    column: str, cell: Any, field: str, value: Any, kind: str | None, unit: str | None
) -> None:
    body, told = _read(PROFILES, {**GOOD, column: cell})
    assert getattr(body, field) == value
    own = [said for said in told if said.field == field]
    assert (kind, unit) in [(said.kind, said.from_unit) for said in own] or (kind is None and not own)
    assert all((said.column, said.first_line, said.cells) == (column, 7, 1) for said in own)


def test_what_is_drawn_becomes_what_is_installed_by_a_convention_that_is_named() -> None:
    body, told = _read(PROJECTS, {**NEED, "用电负荷（MW）": "1"})
    assert body.power_kva == pytest.approx(1000 / 0.9)
    (said,) = told
    assert (said.convention, said.factor, said.to_unit) == (
        "power_factor_0.9",
        pytest.approx(1000 / 0.9),
        "kVA",
    )
    assert _read(PROJECTS, {**NEED, "用电容量（MVA）": "1"})[1][0].convention is None


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("可用土地", "80-100", "not_a_number"),
        ("可用土地", "约80", "not_a_number"),
        ("可用土地", "8英亩", "unit_in_number"),
        ("可用土地", "80%", "unit_in_number"),
        ("可用土地", "1,2", "not_a_number"),
        ("供地日期", "2026年11月", "not_a_date"),
        ("供地日期", 46327, "not_a_date"),
    ],
)
def test_what_is_not_sure_is_refused(column: str, cell: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        _read(PROFILES, {**GOOD, column: cell})
    assert [error.code for error in refused.value.errors] == [code]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_two_fields_of_a_kind_share_a_title_and_every_title_of_a_template_is_understood(name: str) -> None:
    kind, meant = KINDS[name], {}
    for column in kind.columns.listed:
        for spelled in {
            plain(text) for text in (column.name, column.zh, column.en, *column.synonyms) if text
        }:
            assert meant.setdefault(spelled, column.name) == column.name, spelled
        for language in ("zh", "en"):
            found = kind.columns.titled(title(column, language))
            assert isinstance(found, Titled)
            assert found.column == column
            assert found.unit is None or found.unit.is_own
        assert not column.unit or name_zh(column.unit), column.unit


def test_every_word_unit_and_column_of_the_data_belongs_to_a_field() -> None:
    fields = {name for kind in KINDS.values() for name in kind.columns.fields}
    for row in sheets.sheet_columns():
        assert row.field in KINDS[row.kind].columns.fields, row
    assert set(sheets.sheet_words()) <= fields
    units = {column.unit for kind in KINDS.values() for column in kind.columns.listed}
    assert {row.unit for row in quantities()} <= set(sheets.sheet_units())
    assert units - {""} <= set(sheets.sheet_units())
    assert {row.name for row in measures()} == set(sheets.sheet_words()["measure"].values())
    for kind in KINDS.values():
        schema = kind.body_type.model_json_schema()["properties"]
        for name, words in sheets.sheet_words().items():
            said = schema.get(name, {})
            allowed = next((part["enum"] for part in said.get("anyOf", [said]) if "enum" in part), None)
            assert allowed is None or set(words.values()) <= set(allowed), name


def test_the_head_may_stand_below_a_headline_and_numbers_of_lines_are_passed_over() -> None:
    lines: list[tuple[int, list[Any]]] = [
        (1, ["2026年土地资源汇总表", None, None]),
        (2, [None, "单位：亩"]),
        (3, ["序号", *GOOD, "可用土地*"]),
        (4, ["示例", *GOOD.values(), 5]),
        (5, [2, *GOOD.values(), 5]),
    ]
    header = head_among(PROFILES.columns, PROFILES.body_type, lines)
    assert header.line == 3
    assert [header.is_row(cells) for _, cells in lines[3:]] == [False, True]
    assert not header.is_row([3, None, "", " ", None])
    assert header.body(lines[4][1]).land_mu == 5


def test_columns_of_a_kind_are_put_together_once() -> None:
    assert isinstance(PROFILES.columns, Columns)
    assert PROFILES.columns is PROFILES.columns
