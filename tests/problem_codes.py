"""Every stable code that the service can answer, read from its sources: front ends need a sentence for each.

Run ``.venv/bin/python -m tests.problem_codes`` after a code was added; a test says when that is due. It
writes openapi/problem-codes.json: the codes of problems, and those of the single fields of a 422.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
CODES = ROOT / "openapi" / "problem-codes.json"

#: Whatever is called with a code, and which argument it is: by its name, or by its place.
PROBLEMS: Final[dict[str, tuple[str, int]]] = {
    **dict.fromkeys(
        (
            "BadRequest", "BodyTooLarge", "BodyTooSlow", "Conflict", "ExportRefused", "Forbidden", "NotFound",
            "PreconditionFailed", "PreconditionRequired", "ShanhaiError", "TooManyRequests", "Unavailable",
            "Unauthenticated", "refused",
        ),
        ("code", 0),
    ),
    "Invalid": ("code", 1),
    "Retry": ("code", 1),
    "Room": ("code", 3),
    "problem": ("code", 2),
    "problem_of": ("code", 2),
}  # fmt: skip
FIELDS: Final[dict[str, tuple[str, int]]] = {
    "FieldError": ("code", 1),
    "PydanticCustomError": ("error_type", 0),
    "Refusal": ("code", 3),
    "_fault": ("code", 0),
    "_require": ("code", 1),
    "invalid": ("code", 1),
    "refused": ("code", 0),
}
#: What no call says word by word, with the sources that do.
SAID_ELSEWHERE: Final[dict[str, tuple[list[str], list[str]]]] = {
    "service/api/problems.py": (
        ["bad_request", "http_error", "method_not_allowed", "body_too_large", "unsupported_media_type"],
        [],
    ),
    "service/api/deps.py": ([], ["unknown_parameter", "repeated_parameter"]),
    "service/domain/hold_checks.py": ([], ["unknown", "short"]),
    "service/domain/saved_searches.py": ([], ["unknown_project", "unknown_profile"]),
    "service/jobs/placements.py": ([], ["bad_date", "bad_region", "no_text"]),
    "service/jobs/work.py": (["not_yet"], []),
}
#: Calls that pass on a code which another call, or a table above, has said.
PASSED_ON: Final = {
    "service/api/exports.py",
    "service/api/problems.py",
    "service/api/rooms.py",
    "service/domain/imports.py",
    "service/domain/indicators.py",
    "service/domain/profile_answers.py",
    "service/domain/shapes.py",
    "service/errors.py",
    "service/jobs/import_cells.py",
    "service/jobs/import_checking.py",
    "service/jobs/import_jobs.py",
    "service/strict_json.py",
    "service/workbook_bounds.py",
}


def collected() -> dict[str, list[str]]:
    """The codes as they are in the file; raises where a call's code cannot be read from it."""
    problems, fields = set[str](), set[str]()
    for path in sorted((ROOT / "service").rglob("*.py")):
        source = path.relative_to(ROOT).as_posix()
        for table, found in ((PROBLEMS, problems), (FIELDS, fields)):
            found |= set(_codes(path, source, table))
        said = SAID_ELSEWHERE.get(source, ([], []))
        problems |= set(said[0])
        fields |= set(said[1])
    return {"problems": sorted(problems), "fields": sorted(fields)}


def _codes(path: Path, source: str, table: dict[str, tuple[str, int]]) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or (name := _name(call)) not in table:
            continue
        argument = _argument(call, *table[name])
        if argument is None:
            continue
        for branch in (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,):
            if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                yield branch.value
            elif source not in SAID_ELSEWHERE.keys() | PASSED_ON:
                raise LookupError(f"{source}:{call.lineno} has a code that is no text: say it in {__name__}.")


def _name(call: ast.Call) -> str:
    called = call.func
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def _argument(call: ast.Call, name: str, place: int) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    if named:
        return named[0]
    return call.args[place] if len(call.args) > place else None


def written() -> str:
    """The file's text."""
    return json.dumps(collected(), indent=2) + "\n"


if __name__ == "__main__":
    CODES.write_text(written(), encoding="utf-8")
