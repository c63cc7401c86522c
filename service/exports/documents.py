"""DOCX by docxtpl, from a template that an office may open and change in Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any, Final

from docxtpl import DocxTemplate

from service.exports.place_sheet import Bar, PlaceSheet

_TEMPLATE: Final = Path(__file__).with_name("templates") / "sheet.docx"
_GREEN, _AMBER, _RED, _GREY, _EMPTY = "2E7D5B", "C58B1C", "B5483B", "9AA7B0", "E3E9EC"
#: Blanks in a bar: shaded, they are a band of colour in any font.
_BLANKS: Final = 40


class Runs:
    """Ready-made runs of WordprocessingML, which the template takes as they are."""

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
        "bar_run": Runs(_band(bar.utility, _GREY if bar.unknown else color)),
        "utility_run": Runs(_run(said, color=_GREY if bar.unknown else color, half_points=17, bold=True)),
    }


def share(value: float) -> str:
    """A part of one as people read it; the exact figure is the API's."""
    return f"{100 * value:.0f}%"


def _tone(utility: float) -> str:
    return _GREEN if utility >= 0.8 else _AMBER if utility >= 0.5 else _RED


def _band(utility: float, color: str) -> str:
    filled = round(utility * _BLANKS)
    parts: Sequence[tuple[int, str]] = ((filled, color), (_BLANKS - filled, _EMPTY))
    return "".join(
        _run("\u00a0" * count, color=fill, half_points=13, shade=fill) for count, fill in parts if count
    )


def _verdict(sheet: PlaceSheet) -> Runs:
    color = _RED if not sheet.eligible else _AMBER if sheet.to_confirm else _GREEN
    said = f"\u00a0{sheet.verdict}\u00a0"
    return Runs(_run(said, color="FFFFFF", half_points=20, bold=True, shade=color))


def _run(text: str, *, color: str, half_points: int, bold: bool = False, shade: str = "") -> str:
    shaded = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return (
        '<w:r><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="微软雅黑"/>'
        f"{'<w:b/>' if bold else ''}"
        f'<w:color w:val="{color}"/><w:sz w:val="{half_points}"/>{shaded}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )
