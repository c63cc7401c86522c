"""Files are read line by line; what is too large or cannot be read is refused before it is parsed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.import_kinds import PROFILES
from service.domain.profiles import ProfileWrite
from service.errors import Conflict, Invalid
from service.jobs import import_files
from service.jobs.import_files import examined, format_of, reader_of
from service.jobs.import_heads import Header
from service.strict_json import parse_json, quickly_parsed

HEAD = "region_code,site_kind,as_of,site_name,land_mu,quantities.largest_parcel_mu,leading_industries"
TABLE = (
    f"{HEAD}\r\n331126,county,2026-11-01,庆元,120,80.5,竹木加工;家具\r\n,,,,,,\r\n"
    '331126,county,2026-11-01,"二\r\n期",,,\r\n'
)


def _faults(call: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        call()
    return [(entry.pointer, entry.code) for entry in refused.value.errors]


def _read(path: Path) -> list[tuple[int, ProfileWrite]]:
    reader = reader_of(examined(path, format_of(path)))
    return [(row.line, reader.body(row)) for row in reader.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_utf_8_or_gb_18030_with_the_line_where_each_row_begins(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "rows.CSV"
    path.write_bytes(TABLE.encode(encoding))
    (first, body), (second, other) = _read(path)
    assert (first, second) == (2, 4)
    assert (body.site_name, body.land_mu, body.quantities) == ("庆元", 120.0, {"largest_parcel_mu": 80.5})
    assert body.leading_industries == ["竹木加工", "家具"]
    assert (other.land_mu, other.quantities, other.leading_industries) == (None, {}, [])


def test_lines_of_json_are_read_with_or_without_a_byte_order_mark_and_empty_ones_skipped(
    tmp_path: Path,
) -> None:
    row = '{"region_code": "331126", "site_kind": "county", "as_of": "2026-11-01"}'
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{row}\n\n  \r\n{row}", encoding="utf-8-sig")
    assert [line for line, _ in _read(path)] == [1, 4]


@pytest.mark.parametrize(
    ("name", "data", "pointer", "code"),
    [
        ("a.ndjson", b"{}\n" + b" " * 1_048_577, "/line/2", "line_too_long"),
        ("a.csv", b"a" * 1_048_577, "/line/1", "line_too_long"),
        ("a.ndjson", "{}\n{}\n庆".encode("gb18030"), "/line/3", "unknown_encoding"),
        ("a.ndjson", "庆".encode()[:2], "/line/1", "unknown_encoding"),
        ("a.csv", b"region_code\n\xff\xff", "/line/2", "unknown_encoding"),
        ("a.ndjson", b"{}\n" * 13, "/line/12", "too_many_lines"),
    ],
)
def test_a_file_beyond_the_limits_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, pointer: str, code: str
) -> None:
    monkeypatch.setattr(import_files, "MOST_LINES", 10)
    path = tmp_path / name
    path.write_bytes(data)
    assert _faults(lambda: examined(path, format_of(path))) == [(pointer, code)]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (",".join(f"c{number}" for number in range(513)), "too_many_columns"),
        (HEAD + ",colour", "unknown_column"),
        (HEAD + ",可用厂房面积（英尺）", "unknown_unit"),
        (HEAD + ",quantities.A", "unknown_column"),
        (HEAD + ",land_mu", "duplicate_column"),
        ("region_code,as_of", "missing_column"),
        ("", "missing_column"),
    ],
)
def test_a_head_that_is_not_the_fields_of_a_profile_is_refused(tmp_path: Path, head: str, code: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"{head}\n")
    assert code in [found for _, found in _faults(lambda: _read(path))]


def test_a_quotation_mark_that_is_never_closed_is_told_after_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f'{HEAD}\n331126,county,2026-11-01,,,,\n331126,county,2026-11-01,"a,,,\n')
    reader = reader_of(examined(path, "csv"))
    rows = reader.rows()
    assert next(rows).line == 2
    assert _faults(lambda: next(rows)) == [("/line/3", "csv_invalid")]


def test_a_file_that_is_changed_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text("{}\n")
    source = examined(path, "ndjson")
    path.write_text("{}\n{}\n")
    with pytest.raises(Conflict):
        next(reader_of(source).rows())


def test_the_ending_of_the_name_tells_the_format_or_it_is_asked_for(tmp_path: Path) -> None:
    names = ("a.csv", "b.NDJSON", "c.jsonl", "d.XLSX")
    assert [format_of(Path(name)) for name in names] == ["csv", "ndjson", "ndjson", "xlsx"]
    assert _faults(lambda: format_of(Path("a.xls"))) == [("", "unknown_format")]


GOOD = {"region_code": "331126", "site_kind": "county", "as_of": "2026-11-01"}


def _body(**cells: str) -> ProfileWrite:
    named = GOOD | {name.replace("__", "."): cell for name, cell in cells.items()}
    return _header(named).body(list(named.values()))


def _header(titles: Iterable[str]) -> Header:
    return Header(PROFILES.columns, ProfileWrite, list(titles))


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("land_mu", " 120 ", 120.0),
        ("land_mu", "1.5e3", 1500.0),
        ("land_mu", "+0.25", 0.25),
        ("land_mu", "  ", None),
        ("is_chemical_park", "TRUE", True),
        ("is_chemical_park", "否", False),
        ("status", "", "draft"),
        ("industry_codes", "C20；C21、C2110; ", ["C20", "C21", "C2110"]),
        ("quantities", '{"largest_parcel_mu": 80}', {"largest_parcel_mu": 80.0}),
        ("site_name", "00120", "00120"),
        ("evidence", "{}", {}),
    ],
)
def test_a_cell_is_read_by_the_type_of_its_column(column: str, cell: str, value: Any) -> None:
    assert getattr(_body(**{column: cell}), column) == value


@pytest.mark.parametrize(
    ("column", "cell", "pointer", "code"),
    [
        ("land_mu", "120英亩", "/land_mu", "unit_in_number"),
        ("land_mu", "1,200 acres", "/land_mu", "unit_in_number"),
        ("land_mu", "80%", "/land_mu", "unit_in_number"),
        ("land_mu", "80-120", "/land_mu", "not_a_number"),
        ("land_mu", "约120", "/land_mu", "not_a_number"),
        ("land_mu", "NaN", "/land_mu", "not_a_number"),
        ("land_mu", "1,20", "/land_mu", "not_a_number"),
        ("land_mu", "9" * 101, "/land_mu", "not_a_number"),
        ("land_mu", "1e999", "/land_mu", "finite_number"),
        ("land_mu", "-1", "/land_mu", "greater_than_equal"),
        ("quantities__largest_parcel_mu", "80 吨", "/quantities/largest_parcel_mu", "unit_in_number"),
        ("is_chemical_park", "maybe", "/is_chemical_park", "not_a_boolean"),
        ("as_of", "2026年11月", "/as_of", "not_a_date"),
        ("as_of", "46327", "/as_of", "not_a_date"),
        ("as_of", "2026/13/01", "/as_of", "date_from_datetime_parsing"),
        ("restricted_industries", "C26", "/restricted_industries", "json_invalid"),
        ("materials", '[{"name": "竹", "name": "木"}]', "/materials", "duplicate_key"),
        ("industry_codes", "C20;木", "/industry_codes/1", "string_pattern_mismatch"),
    ],
)
def test_a_cell_that_cannot_be_is_told_with_its_column(
    column: str, cell: str, pointer: str, code: str
) -> None:
    named = GOOD | {column.replace("__", "."): cell}
    header = _header(named)
    assert _faults(lambda: header.body(list(named.values()))) == [(pointer, code)]
    assert header.column_at(pointer) == column.replace("__", ".")


def test_all_that_is_wrong_with_a_line_is_told_at_once() -> None:
    cells = {"land_mu": "120英亩", "power_kva": "-1", "status": "gone"}
    assert _faults(lambda: _body(**cells)) == [
        ("/land_mu", "unit_in_number"),
        ("/power_kva", "greater_than_equal"),
        ("/status", "literal_error"),
    ]
    header = _header(GOOD)
    assert _faults(lambda: header.body([*GOOD.values(), "", "more"])) == [("", "too_many_cells")]


def test_there_is_a_column_for_every_field_and_its_kind_is_that_of_the_field() -> None:
    fields = PROFILES.columns.fields
    assert set(fields) == set(ProfileWrite.model_fields)
    kinds = {name: column.kind for name, column in fields.items()}
    assert [
        kinds[name] for name in ("site_name", "land_mu", "is_synthetic", "industry_codes", "materials")
    ] == [
        "text",
        "number",
        "boolean",
        "list",
        "json",
    ]
    assert (kinds["quantities"], kinds["evidence"], fields["land_mu"].unit) == ("json", "json", "mu")


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c:", '"']), plain), max_size=4), st.booleans())
def test_what_the_quick_parser_is_sure_of_is_what_the_strict_one_reads(pairs: Any, twice: bool) -> None:
    import json

    text = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pairs)
    line = ("{" + text + (", " + text if twice and text else "") + "}").encode()
    quick = quickly_parsed(line)
    if quick is not None:
        # A whole number beyond 64 bits is a float to the quick one: refused by every field either way.
        assert json.dumps(_floats(quick), sort_keys=True) == json.dumps(
            _floats(parse_json(line, 100)), sort_keys=True
        )


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _floats(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_floats(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    "line", ['{"a": 1, "a": 1}', '{"a": {"b": 1, "b": 2}}', '[{"a": [[{"b": 1}]]}]', "5", "{"]
)
def test_where_the_quick_parser_is_not_sure_it_says_nothing(line: str) -> None:
    assert quickly_parsed(line.encode()) is None
