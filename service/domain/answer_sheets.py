"""The sheet of a request 核对表: what is asked, a line each, and what comes back on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from service.domain.asked_fields import FACTS, Value
from service.domain.profile_answers import AskedProfile, ProfileAnswerWrite
from service.domain.shapes import validated
from service.errors import FieldError, Invalid
from service.workbooks import Cell, write_sheet

HEAD = ("字段", "要素", "单位", "现值", "更正为")
_WIDTHS = (34, 26, 16, 18, 22)
_FIELD, _CORRECTED = 0, 4
# Lines that say who answers; in the sheet like any other.
_ANSWERER = {"answered_by.name": "填表人", "answered_by.office": "单位名称", "note": "备注"}
_NOTES = (
    "请核对“现值”，有出入的填“更正为”（只填数字，不带单位）；无出入的留空，即为确认。日期写 2026-12-31。",
    "“字段”一列请勿改动。",
)


def sheet_of(asked: AskedProfile) -> bytes:
    """The sheet as a workbook, with the last column to be filled in."""
    lines: list[list[str | float | None]] = [[name, zh, "", None, None] for name, zh in _ANSWERER.items()]
    lines += [[field.field, field.name_zh, field.unit_zh, field.value, None] for field in asked.fields]
    title = f"{asked.site_name or ''}（{asked.region_name}）"
    by = f"{asked.asked_by} 请核" + ("；现值为合成数据，请以实际为准。" if asked.is_synthetic else "。")
    notes = (title, by, *([asked.message] if asked.message else []), *_NOTES)
    return write_sheet("核对表", HEAD, lines, widths=_WIDTHS, open_columns=(_CORRECTED,), notes=notes)


def answer_on(rows: list[list[Cell]]) -> ProfileAnswerWrite:
    """What was filled in.

    Raises
    ------
    Invalid
        ``not_this_sheet``; or, with the line of the sheet, a cell that cannot be a value.
    """
    top = next((line for line, row in enumerate(rows) if tuple(row[: len(HEAD)]) == HEAD), None)
    if top is None:
        detail = (
            "This is not the sheet of a request: its head is missing. Fill in the sheet that you were sent."
        )
        raise Invalid([FieldError("", "not_this_sheet", detail)], code="not_this_sheet", detail=detail)
    said: dict[str, Any] = {"answered_by": {}, "corrections": {}}
    errors = []
    for line, row in enumerate(rows[top + 1 :], top + 2):
        name, cell = row[_FIELD], row[_CORRECTED] if len(row) > _CORRECTED else None
        if not isinstance(name, str) or not name or cell in (None, ""):
            continue
        try:
            if name.startswith("answered_by."):
                said["answered_by"][name.removeprefix("answered_by.")] = str(cell)
            elif name == "note":
                said["note"] = str(cell)
            else:
                said["corrections"][name] = _value(name, cell)
        except ValueError as error:
            errors.append(FieldError(f"/rows/{line}", "not_a_number", str(error)))
    if errors:
        raise Invalid(errors)
    return validated(ProfileAnswerWrite, said)


def _value(name: str, cell: Cell) -> Value:
    if name in FACTS:
        return (
            cell.date().isoformat()
            if isinstance(cell, datetime)
            else (cell.isoformat() if isinstance(cell, date) else str(cell))
        )
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise ValueError(f"{name}: write a number without a unit, such as 80.5.")
    try:
        return float(cell)
    except ValueError as error:
        raise ValueError(f"{name}: write a number without a unit, such as 80.5.") from error
