"""What every noun shares: strict bodies, versions, merge patches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.alias_generators import to_snake
from sqlalchemy import JSON
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel._compat import SQLModelConfig

from service.database import UtcDateTime, now
from service.errors import FieldError, Invalid, PreconditionFailed
from service.units import Instant

W = TypeVar("W", bound=BaseModel)
# An If-Match header: the versions it names, or any.
ExpectedVersion = frozenset[int] | Literal["any"]


class JsonOf(TypeDecorator[Any]):
    """A JSON column that holds values of a pydantic type, such as ``list[Material]``."""

    impl = JSON
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation
        self._adapter = TypeAdapter(annotation)

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return self._adapter.validate_python(value)


# SQLModel drops the class keywords of a model, and exports the type of its configuration nowhere else.
def strict(example: dict[str, Any] | None = None) -> SQLModelConfig:
    """Configuration of a request body that refuses what it does not know, with its example."""
    extra: Any = {"examples": [example]} if example else None
    return SQLModelConfig(extra="forbid", json_schema_extra=extra)


class StrictBody(SQLModel):
    """A request body: what it does not know, it refuses."""

    model_config = strict()


class Answer(SQLModel):
    """A response body: every field is always present, and the schema says so."""

    model_config = SQLModelConfig(json_schema_serialization_defaults_required=True)


class HasVersion(Protocol):
    """Anything that counts its changes."""

    version: int


class Versioned(SQLModel):
    """Columns of everything that can be changed: the version is what the ETag carries."""

    version: int = Field(default=1, ge=1)
    created_at: Instant = Field(sa_type=UtcDateTime)
    updated_at: Instant = Field(sa_type=UtcDateTime)


def require_version(row: HasVersion, expected: ExpectedVersion) -> None:
    """Raise ``PreconditionFailed`` unless the caller has seen the row's present version."""
    if expected != "any" and row.version not in expected:
        raise PreconditionFailed(
            "stale_version",
            "Somebody has changed this since you read it. Read it again, merge, and send the new ETag.",
        )


def replace_fields(session: Session, row: Versioned, values: dict[str, Any]) -> None:
    """Write the values over the row's fields and count its version up."""
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = now(session)
    session.add(row)
    # Flushed here so that a database's refusal is raised inside the operation that caused it.
    session.flush()


def created(session: Session) -> dict[str, datetime]:
    """The two time columns of a new row."""
    instant = now(session)
    return {"created_at": instant, "updated_at": instant}


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396) to a JSON value; null removes a member."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def patched(body_type: type[W], row: SQLModel, patch: dict[str, Any]) -> W:
    """The full body that results from a merge patch on a stored row, validated like any other.

    Raises
    ------
    Invalid
        Where the result is not a valid body; a member that the body does not know is one case.
    """
    known = set(body_type.model_fields)
    # A null removes a member before the body is validated: a misspelt one would pass unseen.
    unknown = [name for name in patch if name not in known]
    if unknown:
        said = "This resource has no such member."
        raise Invalid([FieldError(f"/{_escaped(name)}", "extra_forbidden", said) for name in unknown])
    stored = body_type.model_validate(row.model_dump(include=known)).model_dump(mode="json")
    return validated(body_type, merge_patch(stored, patch))


def validated(body_type: type[W], value: Any) -> W:
    """Validate plain JSON against a body model, telling failures as the API tells them."""
    try:
        return body_type.model_validate(value)
    except ValidationError as error:
        raise Invalid(field_errors(error.errors(include_url=False, include_context=False))) from error


def field_errors(errors: Any, skip: int = 0) -> list[FieldError]:
    """The errors of pydantic as pointers, codes and sentences; the offending input is never echoed."""
    return [
        FieldError(
            "".join(f"/{_escaped(part)}" for part in error["loc"][skip:] if part != "[key]"),
            to_snake(error["type"]),
            _printable(error["msg"]),
        )
        for error in errors
    ]


def by_age(row_id: Any, *, newest_first: bool) -> Any:
    """The order of a list by when its rows were entered: ids grow with time."""
    return col(row_id).desc() if newest_first else col(row_id)


def _escaped(part: Any) -> str:
    return _printable(str(part)).replace("~", "~0").replace("/", "~1")


def _printable(text: str) -> str:
    # A lone surrogate cannot be encoded, and an answer about it must not fail for it.
    return text.encode("utf-8", "replace").decode()[:300]
