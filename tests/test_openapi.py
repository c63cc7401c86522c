"""The OpenAPI document says everything that a front-end developer needs, and is the committed one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from service.app import create_app
from service.cli import app as command
from service.settings import Settings
from service.workbooks import MEDIA_TYPE as WORKBOOK

ROOT = Path(__file__).resolve().parent.parent
JSON, PROBLEM = "application/json", "application/problem+json"
OPEN = {"livez", "readyz", "create_session"}
# Whoever holds the link of a request needs no key.
LINKED = {"get_profile_answer", "create_profile_answer"}
# What is no JSON: the answer's own media type.
FILES = {
    "get_visit_itinerary": "text/plain",
    "get_visit_calendar": "text/calendar",
    "get_profile_request_sheet": WORKBOOK,
    "get_file_content": "application/octet-stream",
    "get_import_errors_csv": "text/csv",
    "get_import_errors_xlsx": WORKBOOK,
    "get_import_template": WORKBOOK,
}
# A walk that finds next to nothing would pass all that it asserts.
LEAST_OPERATIONS = 40

# Numbers that have no unit: parts of one, places in an order, counts.
PURE = {
    "closeness", "contribution", "default_weight", "eligible_count", "excluded_count", "index_revision",
    "decimals", "entry_count",
    "first", "level", "limit", "neutral", "noun_version", "overdue_milestones", "place_count", "rank",
    "rank_high",
    "rank_if_fixed", "rank_low",
    "sequence",
    "score", "score_if_fixed", "status", "utility", "version", "weight",
    "best",
    "attempts", "most_attempts", "progress_done", "progress_of",
    "cells", "errors", "factor", "first_line", "line", "number",
    "rows_accepted", "rows_done", "rows_duplicate", "rows_refused", "rows_stored",
}  # fmt: skip
# Their unit is that of the quantity that is named beside them.
OF_A_QUANTITY = {"amount", "capacity", "held"}
# Maps from a name to a figure: weights have no unit, quantities the one of the registry.
MAPS = {"corrections", "default_weights", "quantities", "weights"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("openapi"), database_url="")).openapi()


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def _success(operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What an operation answers when it is done; 202 beside it says that it has to wait."""
    first, *others = sorted(
        (item for item in operation["responses"].items() if item[0].startswith("2")), key=lambda item: item[0]
    )
    assert [status for status, _ in others] in ([], ["202"])
    return first


def test_every_operation_is_named_described_tagged_and_secured(document: dict[str, Any]) -> None:
    operations = _operations(document)
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) >= LEAST_OPERATIONS
    tags = {tag["name"] for tag in document["tags"]}
    for operation in operations:
        name = operation["operationId"]
        assert name.isidentifier(), name
        assert name == name.lower(), name
        assert operation["summary"], name
        assert operation["description"], name
        assert len(operation["tags"]) == 1, name
        assert set(operation["tags"]) <= tags, name
        by_key = [{"link": []}] if name in LINKED else [{"key": []}, {"session": []}]
        assert operation["security"] == ([] if name in OPEN else by_key), name


def test_every_operation_documents_its_errors_as_problems_and_nothing_else(document: dict[str, Any]) -> None:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operation in _operations(document):
        name, errors = operation["operationId"], {s for s in operation["responses"] if s >= "400"}
        expected = {"422", "503"} if name in OPEN else {"401", "403", "422", "429", "503"}
        assert expected <= errors, name
        if "requestBody" in operation:
            assert {"408", "413"} <= errors, name
        if any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", [])):
            assert {"404", "412", "428"} <= errors, name
        for status in errors:
            assert operation["responses"][status]["content"] == {PROBLEM: problem}, (name, status)
    (example,) = document["components"]["schemas"]["Problem"]["examples"]
    assert _faults(document, problem["schema"], example) == []


def test_every_operation_has_a_valid_example_of_its_request_and_of_its_answer(
    document: dict[str, Any],
) -> None:
    for operation in _operations(document):
        name = operation["operationId"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if name == "enter_profile_request_sheet":
                continue
            assert _faults(document, content["schema"], content["example"]) == [], name
        status, success = _success(operation)
        if status == "204":
            assert "content" not in success, name
            continue
        if name in FILES:
            assert list(success["content"]) == [FILES[name]], name
            continue
        for answer in (success, operation["responses"].get("202", success)):
            content = answer["content"][JSON]
            assert _faults(document, content["schema"], content["example"]) == [], name


def _faults(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with the value, where a member that the schema does not know is wrong too."""
    whole = _closed({"components": document["components"], **schema})
    return [str(error) for error in jsonschema_rs.validator_for(whole).iter_errors(value)]


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(member) for name, member in schema.items()}
    if "properties" in closed and isinstance(closed.get("type"), str):
        closed.setdefault("additionalProperties", False)
    return closed


def test_an_example_that_is_out_of_date_is_noticed(document: dict[str, Any]) -> None:
    (operation,) = [o for o in _operations(document) if o["operationId"] == "get_project"]
    content = _success(operation)[1]["content"][JSON]
    example = deepcopy(content["example"])
    example["a_field_that_is_gone"] = example.pop("land_mu")
    assert len(_faults(document, content["schema"], example)) == 2


def test_the_example_of_a_ranking_adds_up(document: dict[str, Any]) -> None:
    answers = {o["operationId"]: _success(o)[1].get("content", {}) for o in _operations(document)}
    for name in ("list_project_matches", "query_matches", "list_profile_matches"):
        (item,) = answers[name][JSON]["example"]["items"]
        total = math.fsum(line["contribution"] for line in item["contributions"])
        assert abs(total - item["score"]) < 1e-9
    assert answers["list_project_exclusions"][JSON]["example"]["items"][0]["failures"]


def test_every_number_in_the_schemas_carries_its_unit(document: dict[str, Any]) -> None:
    bare = []
    for schema_name, schema in document["components"]["schemas"].items():
        members = schema.get("properties", {})
        for name, member in members.items():
            # A `unit` beside the figure says it for rows that hold figures of any kind.
            stated = (
                "unit" in member
                or "unit" in members
                or name in PURE | OF_A_QUANTITY
                or schema_name == "BandRead"
            )
            for branch in _branches(member):
                if branch.get("type") in ("number", "integer") and not (stated or "unit" in branch):
                    bare.append(f"{schema_name}.{name}")
                if _is_map_of_numbers(branch) and name not in MAPS:
                    bare.append(f"{schema_name}.{name}")
    assert bare == []


def test_the_pure_numbers_listed_here_are_still_in_the_schemas(document: dict[str, Any]) -> None:
    names = {
        name for schema in document["components"]["schemas"].values() for name in schema.get("properties", {})
    }
    assert names >= PURE | OF_A_QUANTITY | MAPS


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for branch in schema.get("anyOf", []):
        yield from _branches(branch)


def _is_map_of_numbers(schema: dict[str, Any]) -> bool:
    members = schema.get("additionalProperties")
    return isinstance(members, dict) and members.get("type") in ("number", "integer")


def test_every_request_body_refuses_members_that_it_does_not_know(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bodies = set()
    for operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            bodies |= _referred(schemas, content["schema"])
    assert {"ProjectWrite", "ProjectPatch", "ProfileWrite", "Material", "Evidence", "Filters"} <= bodies
    for name in bodies:
        assert schemas[name].get("additionalProperties") is False or "enum" in schemas[name], name


def _referred(schemas: dict[str, Any], schema: Any) -> set[str]:
    """The names of all component schemas that a schema leads to."""
    if isinstance(schema, list):
        return {name for member in schema for name in _referred(schemas, member)}
    if not isinstance(schema, dict):
        return set()
    found = {name for member in schema.values() for name in _referred(schemas, member)}
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        found |= {name} | _referred(schemas, schemas[name])
    return found


def test_the_committed_document_is_what_the_code_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SHANHAI_DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(command, ["openapi", "--check"])
    assert result.exit_code == 0, result.output
