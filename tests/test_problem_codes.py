"""The committed list of codes is the one that the sources have: front ends keep a sentence for each."""

from __future__ import annotations

from tests import problem_codes


def test_the_committed_list_has_every_code_that_is_raised() -> None:
    committed = problem_codes.CODES.read_text(encoding="utf-8")
    assert committed == problem_codes.written(), "run `.venv/bin/python -m tests.problem_codes`"


def test_the_codes_that_the_guides_name_are_among_them() -> None:
    found = problem_codes.collected()
    assert {"stale_version", "if_match_required", "missing_role", "overloaded", "body_too_large"} <= set(
        found["problems"]
    )
    assert {"not_a_number", "unknown_region", "unknown_parameter", "json_invalid"} <= set(found["fields"])
