"""The plain form of a match query is read as the model reads it, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.api.matches import MatchQuery, query_of_body, query_of_plain
from service.api.plain_query import plain_query
from service.errors import Invalid
from service.index import DEFAULT_WEIGHTS
from service.strict_json import parse_json

_ODD_NUMBERS = st.sampled_from(
    "0 -0 -0.0 1 1.0 -1 1e12 1e12000 1000000000001 1e-400 2.5e-310 NaN Infinity -Infinity "
    f'{"9" * 400} 9007199254740993 0.1 01 1. .5 1E5 true null "1" [1] {{}} 0.30000000000000004 '
    "123456789.123456789123456789 \u0661".split()
)
_NUMBERS = _ODD_NUMBERS | st.floats().map(repr) | st.integers().map(str)
_NAMES = st.sampled_from([*DEFAULT_WEIGHTS, "", " land", "l\\u0061nd", "Land", "x", '\\"', "land\\u0000"])
_WEIGHTS = st.lists(st.tuples(_NAMES, _NUMBERS), max_size=13).map(
    lambda pairs: "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}"
)
_IDS = st.sampled_from(
    [
        *('"prj_0"', '"prj_01m8h9h68t3e5m36g6yth13x4e"', '"prj_0\\n"', '" prj_0"', '"prj_A"', '"pr_0"'),
        *(
            '"prj_"',
            "null",
            "1",
            '"prj_\\u0030"',
            f'"prj_{"0" * 37}"',
            f'"prj_{"0" * 36}"',
            '["prj_0"]',
            '""',
        ),
    ]
)
_MEMBERS = st.one_of(
    st.tuples(st.just("project_id"), _IDS),
    st.tuples(st.just("weights"), _WEIGHTS | _NUMBERS),
    st.tuples(st.just("limit"), _NUMBERS | st.integers(-1, 102).map(str)),
    st.tuples(
        st.sampled_from(
            ["project", "cursor", "exclusions_cursor", "filters", "include", "unknown", "limit "]
        ),
        st.sampled_from(["null", "{}", "[]", '""', "0", "false", '["stability"]', '{"province":null}', '"a"'])
        | st.integers(1, 40).map(lambda depth: "[" * depth + "]" * depth),
    ),
)
_BODIES = st.tuples(
    st.lists(_MEMBERS, max_size=5), st.sampled_from(["", " ", "\n\t", "\ufeff", "x", ","])
).map(lambda found: "{" + ",".join(f'"{k}":{v}' for k, v in found[0]) + "}" + found[1])


def _ordinary(content: bytes) -> MatchQuery | None:
    """What the guard and the model make of a body."""
    try:
        parse_json(content, 32)
        return MatchQuery.model_validate(json.loads(content))
    except (Invalid, ValidationError, json.JSONDecodeError):
        return None


def _agrees(content: bytes) -> bool:
    """Whether the plain reading took the body; if so, that it says what the ordinary one says."""
    plain = plain_query(content)
    if plain is None:
        return False
    body = _ordinary(content)
    assert body is not None
    assert (plain.project_id, plain.limit) == (body.project_id, body.limit)
    # As text, so that a negative zero is not taken for a zero.
    assert json.dumps(plain.weights) == json.dumps(body.weights)
    assert body == MatchQuery(project_id=plain.project_id, weights=plain.weights, limit=plain.limit)
    assert query_of_plain(plain) == query_of_body(body)
    return True


@given(content=_BODIES)
def test_whatever_is_read_as_plain_says_what_the_model_reads(content: str) -> None:
    _agrees(content.encode())


@given(content=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_no_other_bytes_are_read_as_plain(content: bytes) -> None:
    assert not _agrees(content)


@given(
    weights=st.dictionaries(
        st.sampled_from(sorted(DEFAULT_WEIGHTS)),
        st.floats(0, 1e12, exclude_min=True) | st.integers(1, 10**12),
    ),
    limit=st.none() | st.integers(1, 100),
    indent=st.none() | st.integers(0, 3),
)
def test_every_plain_query_is_read(weights: dict[str, float], limit: int | None, indent: int | None) -> None:
    body: dict[str, Any] = {"project_id": "prj_01m8", "weights": weights}
    body |= {} if limit is None else {"limit": limit}
    assert _agrees(json.dumps(body, indent=indent).encode())


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (b'{"project_id":"prj_0"}', True),
        (b'{"project_id":"prj_0","filters":{},"include":[],"cursor":null,"project":null}', True),
        (b'{"project_id":"prj_0","project_id":"prj_0"}', False),
        (b'{"project_id":"prj_0","weights":{"land":1,"land":1}}', False),
        (b'{"project_id":"prj_0","weights":{"land":1,"l\\u0061nd":1}}', False),
        (b'{"project_id":"prj_0","weights":{"land":1},"weights":{"land":1}}', False),
        (b'{"project_id":"prj_0","limit":1,"limit":2}', False),
        (b'{"project_id":"prj_0","weights":{"land":true}}', False),
        (b'{"project_id":"prj_0","weights":{"land":NaN}}', False),
        (b'{"project_id":"prj_0","weights":{"land":0}}', False),
        (b'{"project_id":"prj_0","limit":true}', False),
        (b'{"project_id":"prj_0","limit":20.0}', False),
        (b'{"project_id":"prj_0","cursor":"a"}', False),
        (b'{"project_id":"prj_0","other":null}', False),
        (b'["prj_0"]', False),
        (b"", False),
    ],
)
def test_what_is_plain(content: bytes, plain: bool) -> None:
    assert _agrees(content) is plain
