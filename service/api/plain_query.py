"""The plain form of a match query, read without a model: a registered project, weights, a limit.

Whatever is not of this form, byte for byte valid, is left to the ordinary way, which knows every error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from service.index import DEFAULT_WEIGHTS
from service.units import LARGEST_NUMBER

PATH: Final = "/v1/match-queries"
DEFAULT_LIMIT: Final = 20
_ID = re.compile(r"[a-z]{3}_[0-9a-z]{1,36}")
#: What says the same as leaving the member out.
_EMPTY: Final[dict[str, Any]] = {
    "project": None,
    "cursor": None,
    "exclusions_cursor": None,
    "filters": {},
    "include": [],
}


@dataclass(frozen=True, slots=True)
class PlainQuery:
    """What ``MatchQuery`` would hold: nothing but these three."""

    project_id: str
    weights: dict[str, float]
    limit: int


def plain_query(content: bytes) -> PlainQuery | None:
    """The query in a body that every check of the ordinary way lets pass, else None.

    The parser refuses NaN, infinities and broken text by itself. It lets a member stand twice: then there
    are more quotation marks than names and strings, of which none that is taken here holds one.
    """
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if type(body) is not dict:
        return None
    project_id, weights = body.get("project_id"), body.get("weights")
    if type(project_id) is not str or _ID.fullmatch(project_id) is None:
        return None
    limit, members = body.get("limit", DEFAULT_LIMIT), 1
    if "weights" in body:
        members += 1
        if type(weights) is not dict or not all(map(_is_weight, weights, weights.values())):
            return None
        if weights and not any(weights.values()):
            # Whether anything is left to rank by, the live model's defaults say.
            return None
    else:
        weights = {}
    if "limit" in body:
        members += 1
        if type(limit) is not int or not 1 <= limit <= 100:
            return None
    if members < len(body) and not _rest_is_empty(body, members):
        return None
    if content.count(b'"') != 2 * (len(body) + 1 + len(weights)):
        return None
    return PlainQuery(project_id, {name: float(weight) for name, weight in weights.items()}, limit)


def _is_weight(name: str, weight: Any) -> bool:
    return (
        (type(weight) is float or type(weight) is int)
        and 0 <= weight <= LARGEST_NUMBER
        and name in DEFAULT_WEIGHTS
    )


def _rest_is_empty(body: dict[str, Any], members: int) -> bool:
    rest = [name for name in body if name in _EMPTY and body[name] == _EMPTY[name]]
    return members + len(rest) == len(body)
