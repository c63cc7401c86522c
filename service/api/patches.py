"""JSON merge patches (RFC 7396): taken as plain JSON, documented as the body with nothing required."""

from __future__ import annotations

from copy import deepcopy
from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel

MEDIA_TYPE = "application/merge-patch+json"
# Validated against the whole body after the merge, with the same errors as a replacement.
MergePatch = Annotated[dict[str, Any], Body(media_type=MEDIA_TYPE)]
_SCHEMA_OF = "x-patch-of"
_bodies: dict[str, type[BaseModel]] = {}


def patch_of(body_type: type[BaseModel]) -> dict[str, Any]:
    """Extra for a route, by which the document finds the schema of its patch."""
    _bodies[body_type.__name__] = body_type
    return {_SCHEMA_OF: body_type.__name__}


def describe(document: dict[str, Any]) -> None:
    """Give every patch in the OpenAPI document its schema, and application/json beside its own type."""
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            name = operation.pop(_SCHEMA_OF, None)
            if name is None:
                continue
            patch_name = name.removesuffix("Write") + "Patch"
            schemas.setdefault(patch_name, _patch_schema(_body_schema(schemas, name), patch_name))
            content = {"schema": {"$ref": f"#/components/schemas/{patch_name}"}}
            operation["requestBody"]["content"] = {MEDIA_TYPE: content, "application/json": content}


def _body_schema(schemas: dict[str, Any], name: str) -> dict[str, Any]:
    """The schema of the whole body; one that is only ever patched is not in the document by itself."""
    if name in schemas:
        found: dict[str, Any] = schemas[name]
        return found
    schema = _bodies[name].model_json_schema(ref_template="#/components/schemas/{model}")
    for inner, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(inner, definition)
    return schema


def _patch_schema(schema: dict[str, Any], name: str) -> dict[str, Any]:
    patch = deepcopy(schema)
    patch.pop("required", None)
    patch["title"] = name
    patch["description"] = "Any of these members; null sets one back to its default."
    patch.pop("examples", None)
    for member, rule in patch["properties"].items():
        rule.pop("default", None)
        if member in schema.get("required", ()):
            continue
        _make_nullable(rule)
    return patch


def _make_nullable(rule: dict[str, Any]) -> None:
    if {"type": "null"} in rule.get("anyOf", ()):
        return
    kept: dict[str, Any] = {key: rule.pop(key) for key in ("title", "description") if key in rule}
    inner = dict(rule)
    rule.clear()
    rule |= kept | {"anyOf": [inner, {"type": "null"}]}
