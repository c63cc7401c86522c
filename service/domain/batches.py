"""Rows of a table as the drivers take them, without an object for each."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

import orjson
from pydantic import BaseModel
from sqlalchemy import JSON, Date
from sqlmodel import SQLModel

from service.database import table_of
from service.domain.shapes import JsonOf

#: What every row is given when it is stored.
GIVEN: Final = ("id", "version", "created_at", "updated_at")


class Layout:
    """The fields of a table by how they are written: dates and JSON as text, all others as they are.

    Parameters
    ----------
    model : type
        The table's model.
    fields : type
        The model of the fields that a body says.
    """

    def __init__(self, model: type[SQLModel], fields: type[SQLModel]) -> None:
        self.table = table_of(model)
        names = frozenset(fields.model_fields)
        self.days = tuple(c.name for c in self.table.columns if c.name in names and isinstance(c.type, Date))
        self.jsons = tuple(
            c.name for c in self.table.columns if c.name in names and isinstance(c.type, JSON | JsonOf)
        )
        self.plain = tuple(sorted(names.difference(self.days, self.jsons)))
        self._plain_values = itemgetter(*self.plain)
        self.columns = (*self.plain, *self.days, *self.jsons)

    def values(self, body: BaseModel) -> tuple[Any, ...]:
        """The body's values in the order of ``columns``."""
        fields = body.__dict__
        return (
            *self._plain_values(fields),
            *[None if fields[name] is None else fields[name].isoformat() for name in self.days],
            *[json_of(fields[name]) for name in self.jsons],
        )


def json_of(value: Any) -> str:
    """JSON as a column of it is written."""
    if value in ([], {}):
        # As most are.
        return "[]" if isinstance(value, list) else "{}"
    return orjson.dumps(value, default=_members).decode()


def _members(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json")
