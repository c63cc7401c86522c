"""Fonts that have Chinese: the packaged one, those of a directory, or the system's; else told so."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from service.exports.refusals import ExportRefused

#: In the order of preference; the same design under the names of its distributors first.
FAMILIES: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
_PACKAGE: Final = "manimgx_fonts_cjk"


def packaged() -> Path | None:
    """Where the font that comes with the dependencies lies."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def directories(font_dir: str) -> list[Path]:
    """Where fonts are looked for beside the system's own places."""
    own = packaged()
    return [*([Path(font_dir)] if font_dir else []), *([own] if own else [])]


def families(font_dir: str) -> list[str]:
    """The families with Chinese that there are, best first.

    Raises
    ------
    ExportRefused
        ``font_missing``.
    """
    found = list(_found(tuple(directories(font_dir))))
    if not found:
        raise ExportRefused(
            "font_missing",
            "The service has no font with Chinese characters, so it makes no PDF. Ask for DOCX, or have the "
            "operator install Noto Sans CJK or set SHANHAI_FONT_DIR.",
        )
    return found


@lru_cache(maxsize=8)
def _found(places: tuple[Path, ...]) -> tuple[str, ...]:
    import typst

    fonts = typst.Fonts(
        include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(one) for one in places]
    )
    there = set(fonts.families())
    return tuple(name for name in FAMILIES if name in there)
