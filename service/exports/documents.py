"""DOCX by docxtpl, from a template that an office may open and change in Word."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any, Final

from docxtpl import DocxTemplate

from service.exports.place_sheet import Bar, PlaceSheet

_TEMPLATE: Final = Path(__file__).with_name("templates") / "sheet.docx"
_GREEN, _AMBER, _RED, _GREY, _EMPTY = "2E7D5B", "C58B1C", "B5483B", "9AA7B0", "E3E9EC"
#: Of a bar, in twentieths of a point; the template's column is a little wider.
_BAR_WIDTH: Final = 2560
_BAR_HEIGHT: Final = 130
# A paragraph that takes no height, as every cell must have one.
_FLAT: Final = (
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    '<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
)


class Markup:
    """Ready-made WordprocessingML, which the template takes as it is."""

    def __init__(self, xml: str) -> None:
        self._xml = xml

    def __html__(self) -> str:
        return self._xml

    __str__ = __html__


def to_docx(sheet: PlaceSheet, path: Path) -> None:
    """Fill the template with one sheet."""
    template = DocxTemplate(_TEMPLATE)
    template.render(_context(sheet), autoescape=True)
    template.save(path)


def _context(sheet: PlaceSheet) -> dict[str, Any]:
    project = sheet.project
    return {
        **asdict(sheet),
        "title": title(sheet),
        "heading": sheet.labels["sheet" if project else "place_sheet"],
        "page": sheet.labels["page"].split("{}"),
        "is_unconfirmed": sheet.unconfirmed,
        "pair_facts": [asdict(fact) for fact in sheet.facts[1:]],
        "score": sheet.facts[0].value if sheet.facts else "",
        "verdict_run": _verdict(sheet),
        "bars": [_bar(bar, sheet.labels["unknown"]) for bar in sheet.bars],
    }


def title(sheet: PlaceSheet) -> str:
    """What a document is called in its properties."""
    names = [sheet.labels["sheet"], sheet.project.name] if sheet.project else [sheet.labels["place_sheet"]]
    return " · ".join([*names, sheet.place.name])


def _bar(bar: Bar, unknown: str) -> dict[str, Any]:
    color = _tone(bar.utility)
    said = unknown if bar.unknown else share(bar.utility)
    return {
        **asdict(bar),
        "weight_text": share(bar.weight),
        "bar_table": Markup(_band(bar.utility, _GREY if bar.unknown else color)),
        "utility_run": Markup(_run(said, color=_GREY if bar.unknown else color, half_points=17, bold=True)),
    }


def share(value: float) -> str:
    """A part of one as people read it; the exact figure is the API's."""
    return f"{100 * value:.0f}%"


def _tone(utility: float) -> str:
    return _GREEN if utility >= 0.8 else _AMBER if utility >= 0.5 else _RED


def _band(utility: float, color: str) -> str:
    """A table of one row in a cell: the one means to fill a part of a line that every program draws alike."""
    filled = round(utility * _BAR_WIDTH)
    parts = [(width, fill) for width, fill in ((filled, color), (_BAR_WIDTH - filled, _EMPTY)) if width]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width, _ in parts)
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/></w:tcPr>{_FLAT}</w:tc>'
        for width, fill in parts
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_BAR_WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f'<w:tr><w:trPr><w:trHeight w:val="{_BAR_HEIGHT}" w:hRule="exact"/></w:trPr>{cells}</w:tr></w:tbl>'
    )


def _verdict(sheet: PlaceSheet) -> Markup:
    color = _RED if not sheet.eligible else _AMBER if sheet.to_confirm else _GREEN
    said = f"\u2002{sheet.verdict}\u2002"
    return Markup(_run(said, color="FFFFFF", half_points=20, bold=True, shade=color))


def _run(text: str, *, color: str, half_points: int, bold: bool = False, shade: str = "") -> str:
    shaded = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return (
        '<w:r><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="微软雅黑"/>'
        f"{'<w:b/>' if bold else ''}"
        f'<w:color w:val="{color}"/><w:sz w:val="{half_points}"/>{shaded}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )
