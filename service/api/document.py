"""The OpenAPI document: what FastAPI derives, completed where it cannot know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.api import patches
from service.api.problems import Problem

# Per operation, a request and the answer to it; made by tests/record_demo.py from the demo.
EXAMPLES = Path(__file__).with_name("examples.json")
DESCRIPTION = """\
Investment-promotion bureaus register projects, partner counties publish resource profiles, and the
service ranks the places for a project and the projects for a place: with the reasons, with what is
passed over and why, and with the cheapest change that would make it fit.

Every error is `application/problem+json` with a stable `code`. Figures carry their unit in their
name and in the schema's `unit`. Sentences come in the language of `Accept-Language` (zh-CN or en).
"""
_TAGS = {
    "projects": "Investment projects 招商项目",
    "profiles": "Resource profiles 资源要素档案",
    "matching": "Rankings, reasons, exclusions, the model",
    "ledger": "Ledger 台账: what joint promotion brought, claimed, confirmed, recognised",
    "holds": "Holds 意向预留, and the pools of capacity that several sites share",
    "outcomes": "What became of recommendations, for the next training",
    "opportunities": "Joint promotion 联合招商: one record of a project at a place, seen by both sides",
    "visits": "Visits and delegations 考察, and the order in which to visit places",
    "enclaves": "Enclave terms 飞地分成: shares of home and host, income of villages",
    "requests": "Requests to partners 请核: a link or a sheet for who does not log in",
    "assessment": "Assessment 考核: what is assessed, targets, bulletins, the page, submissions",
    "audit": "The record of changes 审计记录, chained by hashes",
    "approvals": "What waits for a second person, and what became of it",
    "alerts": "Events 事件, saved searches 订阅, webhooks 推送",
    "reference": "Regions, industries, development zones, quantities",
    "organisations": "Who calls the service",
    "pairings": "County pairings 结对关系",
    "people": "People of an organisation, and their roles",
    "sessions": "Sign in, who am I, sign out: for browsers",
    "keys": "API keys",
    "jobs": "Work that is done beside the requests 后台任务: how far it is, and what came of it",
    "imports": "Files of rows 批量导入: checked, entered by a job, every bad row told; templates",
    "exports": "What is seen over the API as a file 导出: workbooks, place sheets, folders of visits",
    "files": "Files that were made or sent 文件, and links to them that expire",
    "health": "For operators",
}


def install(app: FastAPI) -> None:
    """Have the application describe itself this way."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    # FastAPI documents this assignment as the way to replace the document.
    setattr(app, "openapi", openapi)  # noqa: B010


def describe(app: FastAPI) -> dict[str, Any]:
    """The document as plain data."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        servers=[{"url": "/", "description": "This service"}],
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    schemas = document["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schemas["Problem"].pop("$defs", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    patches.describe(document)
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {}
    waits = examples.get("get_approval", {}).get("response")
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
            _exemplify(operation, examples.get(operation["operationId"], {}), waits)
    return document


def _exemplify(operation: dict[str, Any], example: dict[str, Any], waits: Any) -> None:
    """Put the example of a request and of its answer where the document keeps them.

    ``waits`` is the answer of an action that has to wait for a second person.
    """
    if "request" in example:
        for content in operation["requestBody"]["content"].values():
            content["example"] = example["request"]
    said = [status for status in sorted(operation["responses"]) if status.startswith("2")]
    if "response" in example:
        content = operation["responses"][said[0]]["content"]["application/json"]
        content["example"] = example["response"]
    if waits is not None and len(said) > 1 and "202" in said:
        operation["responses"]["202"]["content"]["application/json"]["example"] = waits


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "422" in responses:
        # FastAPI adds its own media type to ours instead of giving way to it.
        responses["422"]["content"].pop("application/json", None)
    if "304" in responses:
        responses["304"] = {"description": "You hold this answer already."}
    for status in ("429", "503"):
        if status in responses:
            responses[status]["headers"] = {
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
            }
