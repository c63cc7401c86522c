"""Templates 导入模板: titles, units, explanations and an example of a kind, to be filled in."""

from __future__ import annotations

import json
from typing import Any, Literal

from service.domain.import_columns import Column
from service.domain.import_kinds import Kind
from service.domain.import_units import convertible, name_zh
from service.workbooks import write_sheet

Language = Literal["zh", "en"]
_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "number": "序号",
        "note": "说明",
        "example": "示例",
        "head": "{kind}导入模板。第一列为“示例”“说明”的行不导入。列可增删，顺序不限；日期写 2026年12月31日。",
        "units": "数字可带单位，或在列名括号内改写单位（如 亩、公顷、万元、亿元、MW），导入时折算并列明；"
        "MW、kW 按功率因数 0.9 折算为 kVA。",
        "also": "也可用 {units}",
    },
    "en": {
        "number": "No.",
        "note": "Note",
        "example": "Example",
        "head": "Import of {kind}. Lines that begin with Example or Note are passed over. Columns may be "
        "left out and stand in any order; dates as 2026-12-31.",
        "units": "A figure may carry its unit, or the title another one in its brackets (mu, ha, MW, 亿元): "
        "it is converted, and told. MW and kW become kVA at a power factor of 0.9.",
        "also": "or in {units}",
    },
}
_WIDEST = 40


def template(kind: Kind, language: Language) -> bytes:
    """The workbook: notes, titles, a line of explanations, and an example that is not imported."""
    texts = _TEXTS[language]
    columns = [column for column in kind.columns.listed if column.zh]
    titles = [texts["number"], *(title(column, language) for column in columns)]
    notes = [texts["note"], *(_note(column, language) for column in columns)]
    example = [texts["example"], *(_cell(column, kind.example, language) for column in columns)]
    name = kind.zh if language == "zh" else kind.en
    widths = [10, *(min(_WIDEST, 6 + _width(text)) for text in titles[1:])]
    head = texts["head"].format(kind=name)
    return write_sheet(name, titles, [notes, example], widths=widths, notes=[head, texts["units"]])


def title(column: Column, language: Language) -> str:
    """The column's title with its unit."""
    name = (column.zh if language == "zh" else column.en) or column.name
    unit = name_zh(column.unit) if language == "zh" else column.unit
    if not column.unit or column.kind != "number":
        return name
    return f"{name}（{unit}）" if language == "zh" else f"{name} [{unit}]"


def _note(column: Column, language: Language) -> str:
    said = column.note_zh if language == "zh" else column.note_en
    others = [name for name in convertible(column.unit) if name != name_zh(column.unit)][:6]
    if column.kind != "number" or not others:
        return said
    also = _TEXTS[language]["also"].format(units="、".join(others))
    return "；".join(filter(None, (said, also)))


def _cell(column: Column, example: Any, language: Language) -> str | float | None:
    value = example.get(column.field)
    if column.quantity is not None:
        value = (value or {}).get(column.quantity)
    elif column.field == "quantities":
        # Each stands in a column of its own.
        return None
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, list) and column.kind == "list":
        return "；".join(_word(column, str(part), language) for part in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return float(value) if isinstance(value, int | float) else _word(column, str(value), language)


def _word(column: Column, value: str, language: Language) -> str:
    words = (word for word, meant in column.words.items() if meant == value)
    return next(words, value) if language == "zh" else value


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
