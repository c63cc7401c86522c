"""Reads past placements from a CSV file: project_id, date, text, profile_id (a region code); also gzipped."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import date
from pathlib import Path
from typing import TextIO

from service.errors import FieldError, Invalid, invalid
from service.index.learning import Placement

_COLUMNS = {"project_id", "date", "text", "profile_id"}
_SHOWN_ERRORS = 20
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_REGION = re.compile(r"[0-9]{6}")


def read(path: Path) -> list[Placement]:
    """All placements of the file, in its order.

    A date without a day stands for the first of its month.

    Raises
    ------
    Invalid
        When columns are missing or lines cannot be read; the first of them are named.
    """
    found: list[Placement] = []
    errors: list[FieldError] = []
    line_number = 0
    try:
        with _opened(path) as file:
            lines = csv.DictReader(file)
            missing = _COLUMNS - set(lines.fieldnames or ())
            if missing:
                raise invalid("/line/1", "missing_columns", f"It lacks {', '.join(sorted(missing))}.")
            for line in lines:
                line_number = lines.line_num
                fault = _take(line, found)
                if fault and len(errors) < _SHOWN_ERRORS:
                    errors.append(FieldError(f"/line/{line_number}", *fault))
    except (UnicodeDecodeError, csv.Error, EOFError, OSError) as error:
        errors.append(FieldError(f"/line/{line_number + 1}", "unreadable", f"{error}."))
    if errors:
        raise Invalid(errors)
    return found


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _take(line: dict[str, str], found: list[Placement]) -> tuple[str, str] | None:
    """Add the line's placement, or say what is wrong with it."""
    day = _DAY.fullmatch(line["date"] or "")
    if not day:
        return "bad_date", "The date is neither YYYY-MM-DD nor YYYY-MM."
    if not _REGION.fullmatch(line["profile_id"] or ""):
        return "bad_region", "The profile_id is not a region code of six digits."
    if not (line["text"] or "").strip():
        return "no_text", "There is no text."
    try:
        on = date(int(day[1]), int(day[2]), int(day[3] or 1))
    except ValueError:
        return "bad_date", "There is no such day."
    found.append(Placement(line["text"], line["profile_id"], on))
    return None
