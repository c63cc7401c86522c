"""A base from the database: every place read once, by columns, of which a few thousand are held at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import JSON, Text, cast, select
from sqlmodel import Session, col

from service.database import table_of
from service.domain.profiles import FIGURES, Profile
from service.index.base import Arrays, BaseBuilder
from service.index.sources import place_rows
from service.index.values import Atlas, figure_of
from service.matching.matcher import Matcher
from service.matching.values import Figure

_ROWS_AT_ONCE: Final = 2_000
#: Contents that are remembered, so that of rows which differ in figures alone one is read as an object.
_CONTENTS_AT_HAND: Final = 20_000
_OF_THE_ROW_ALONE = frozenset({"id", "version", "created_at", "updated_at", "deleted_at", *FIGURES})

#: Of each row of a profile: the number of its content, and the figures of which it tells the band.
_Contents = list[tuple[int, frozenset[str]]]


def build(session: Session, matcher: Matcher, atlas: Atlas) -> Arrays:
    """The base of all places that this session sees."""
    building = _Building(session, matcher, atlas)
    for rows in _chunks(session):
        building.add(rows)
    return building.arrays()


def _chunks(session: Session) -> Iterator[Iterable[Sequence[Any]]]:
    table = table_of(Profile)
    shared = [
        # As it is written: parsed only once per content.
        cast(column, Text) if isinstance(column.type, JSON) or hasattr(column.type, "annotation") else column
        for column in table.columns
        if column.name not in _OF_THE_ROW_ALONE and column.name != "quantities"
    ]
    own = [table.c.id, cast(table.c.quantities, Text), *(table.c[name] for name in FIGURES)]
    # By region neighbours are alike; the order is that of an index.
    statement = select(*own, *shared).where(table.c.deleted_at.is_(None)).order_by(table.c.region_code)
    yield from session.execute(statement, execution_options={"yield_per": _ROWS_AT_ONCE}).partitions()


class _Building:
    def __init__(self, session: Session, matcher: Matcher, atlas: Atlas) -> None:
        self._session = session
        self._atlas = atlas
        self._builder = BaseBuilder(matcher)
        self._known: dict[Any, _Contents] = {}

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take in a chunk."""
        read: list[tuple[str, dict[str, float], Any]] = []
        fresh: dict[Any, str] = {}
        for row in rows:
            key, quantities, *columns = row
            stated = dict(zip(FIGURES, columns, strict=False))
            if quantities != "{}":
                stated |= orjson.loads(quantities)
            stated = {name: value for name, value in stated.items() if value is not None}
            content = (tuple(columns[len(FIGURES) :]), tuple(stated))
            if content not in self._known:
                fresh.setdefault(content, key)
            read.append((key, stated, content))
        self._know(fresh)
        contents: list[int] = []
        ids: list[str] = []
        told: list[dict[str, Figure]] = []
        for key, stated, content in read:
            for number, hidden in self._known[content]:
                contents.append(number)
                ids.append(key)
                told.append(
                    {name: figure_of(value, name in hidden) for name, value in stated.items()}
                    if hidden
                    else dict(stated)
                )
        self._builder.add(contents, ids, told)

    def _know(self, fresh: dict[Any, str]) -> None:
        """Read the first profile of each content that is new, as it is always read."""
        if len(self._known) > _CONTENTS_AT_HAND:
            self._known = {}
        statement = select(*table_of(Profile).columns).where(col(Profile.id).in_(fresh.values()))
        found = self._session.execute(statement)
        profiles = {profile.id: profile for profile in found}
        rows = {content: place_rows(self._atlas, [profiles[key]]) for content, key in fresh.items()}
        numbers = iter(self._builder.contents([row for some in rows.values() for row in some]))
        for content, key in fresh.items():
            hidden = frozenset(profiles[key].restricted_fields)
            # A row for everybody tells bands; one for some is exact.
            self._known[content] = [
                (next(numbers), hidden if card.audience is None else frozenset()) for _, card in rows[content]
            ]

    def arrays(self) -> Arrays:
        """The base of all that was taken in."""
        return self._builder.arrays()
