"""Schemathesis over the whole document: no 500, and no answer that the document does not know.

SQLite takes every boundary of every parameter and body; PostgreSQL the examples and some random requests.
PUT and the large patches share their bodies' checks with POST, so their boundaries are left out.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from service.workbooks import MEDIA_TYPE
from tests.conftest import World
from tests.depth import examples

# Schema-valid bodies may still contradict themselves or name what is not there: 422 is right for them.
NOT_MEANT = ("positive_data_acceptance",)
SAME_BODY = [
    {"include-method": "PUT"},
    {"include-method": "PATCH", "include-path-regex": "^/v1/(projects|profiles)/"},
]


@schemathesis.serializer(MEDIA_TYPE)
def _no_workbook(_context: Any, value: Any) -> bytes:
    """Whatever was made up stands where a workbook should; tests/test_workbooks.py sends real ones."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass
class Run:
    """What a run came to."""

    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)

    def take(self, event: Any) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.faults[type(event).__name__, getattr(event, "label", "")] = repr(vars_of(event))
        if not isinstance(event, events.ScenarioFinished):
            return
        recorder = event.recorder
        self.operations.add(recorder.label)
        for interaction in recorder.interactions.values():
            assert interaction.response is not None
            self.answers[interaction.response.status_code] += 1
        for checks in recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    said = f"{check.failure_info.failure}\n{check.failure_info.code_sample}"
                    self.faults.setdefault((recorder.label, check.name), said)


def vars_of(event: Any) -> Any:
    """The exception that an event tells of."""
    return getattr(event, "value", None) or getattr(event, "exception", None)


def _config(secret: str, phases: tuple[str, ...], max_examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 2543,
            "continue-on-failure": True,
            # A random version would be stale, and nothing behind the precondition would be reached.
            "headers": {"Authorization": f"Bearer {secret}", "If-Match": "*"},
            "generation": {
                "max-examples": max_examples,
                "deterministic": True,
                "no-shrink": True,
                "database": "none",
            },
            "phases": {
                name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")
            },
            "checks": {name: {"enabled": False} for name in NOT_MEANT},
            "operations": [{**which, "phases": {"coverage": {"enabled": False}}} for which in SAME_BODY],
            "warnings": {"enabled": False},
        }
    )


def _by_key_alone(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the cookie: one made up beside the key has nearly everything refused."""
    document = deepcopy(document)
    del document["components"]["securitySchemes"]["session"]
    for path in document["paths"].values():
        for operation in path.values():
            operation["security"] = [way for way in operation["security"] if "session" not in way]
    return document


def _run(app: FastAPI, config: SchemathesisConfig) -> Run:
    schema = schemathesis.openapi.from_dict(_by_key_alone(app.openapi()), config=config)
    schema.app = app
    run = Run()
    for event in from_schema(schema).execute():
        run.take(event)
    return run


@pytest.mark.parametrize(
    ("database_url", "who", "phases", "max_examples"),
    [
        ("sqlite", "platform", ("examples", "coverage"), 1),
        ("sqlite", "jiashan", ("examples", "fuzzing"), examples(3)),
        ("postgresql", "qingyuan", ("examples", "fuzzing"), examples(3)),
    ],
    indirect=["database_url"],
)
def test_no_request_gets_a_500_or_an_answer_that_the_document_does_not_know(
    app: FastAPI, world: World, who: str, phases: tuple[str, ...], max_examples: int
) -> None:
    run = _run(app, _config(world.secrets[who], phases, max_examples))
    assert run.faults == {}
    documented = {f"{m.upper()} {path}" for path, methods in app.openapi()["paths"].items() for m in methods}
    assert documented <= run.operations
    # It is no proof when everything is refused: enough must have got through.
    assert run.answers[200] > 50
    assert run.answers[201] > 5
    assert not [status for status in run.answers if status >= 500]
