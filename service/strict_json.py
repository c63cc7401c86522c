"""JSON read strictly: what Python's parser lets pass is refused here, for bodies and for files alike."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

from service.errors import FieldError, Invalid


def parse_json(body: bytes, max_depth: int) -> Any:
    """The value; NaN, infinities, duplicate keys and deep nesting are refused.

    Raises
    ------
    Invalid
        With a code and a pointer for the first fault found.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_not_finite,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        raise _fault("not_utf8", "Send JSON in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise _fault("json_invalid", f"This is not JSON, from character {error.pos} on.") from error
    except RecursionError as error:
        raise _fault("too_deep", f"Nest at most {max_depth} levels.") from error
    except ValueError as error:
        # Python refuses integers of more than 4,300 digits with a plain ValueError.
        raise _fault("number_out_of_range", "A number is too long.") from error
    if _depth(value, max_depth) > max_depth:
        raise _fault("too_deep", f"Nest at most {max_depth} levels.")
    return value


def quickly_parsed(line: bytes) -> dict[str, Any] | None:
    """The object of a line where a quick parser is sure of it; None where ``parse_json`` has to say.

    The quick parser keeps the last of two equal keys. Every member has a colon, and colons may stand in
    texts besides: so where there are as many colons as members were read, none was dropped.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) and _members(value) == line.count(b":") else None


def _members(value: dict[str, Any]) -> int:
    count = len(value)
    for member in value.values():
        if isinstance(member, dict):
            count += _members(member)
        elif isinstance(member, list):
            count += sum(_members(entry) for entry in member if isinstance(entry, dict))
    return count


def _fault(code: str, detail: str) -> Invalid:
    return Invalid([FieldError("", code, detail)])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _fault("duplicate_key", "A member stands twice in one object; which one is meant?")
    return found


def _not_finite(_text: str) -> Any:
    raise _fault("not_finite", "NaN and Infinity are not JSON numbers.")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _fault("not_finite", "A number is too large.")
    return value


def _depth(value: Any, limit: int) -> int:
    if limit < 0 or not isinstance(value, dict | list):
        return 0
    members = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(member, limit - 1) for member in members), default=0)
