"""What every test would build anew from the same input, and no test changes, built once in a process.

A serving process has one engine and one index; a thousand tests have a thousand of each. Statements are
compiled once for each kind of database, and the parts of the matcher that follow from the catalogue are
kept by all that they were built from.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.util import LRUCache

from service import database
from service.domain.pairings import Pairing
from service.domain.regions import PlainRegion
from service.index import matchers, sources
from service.index.values import Atlas
from service.matching import model_file
from service.matching.lexicon import TermLexicon
from service.matching.matcher import Matcher
from service.matching.tree import IndustryTree

_STATEMENTS = 2_000
_INPUTS = 4


@contextmanager
def built_once() -> Iterator[None]:
    """While it lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", _compiling_once())
        patch.setattr(matchers, "TermLexicon", _lexicon_of)
        patch.setattr(matchers, "IndustryTree", _tree_of)
        patch.setattr(sources, "Atlas", _atlas_of)
        patch.setattr(Matcher, "warm", _once(Matcher.warm))
        patch.setattr(model_file, "loads_ranking", lru_cache(_INPUTS)(model_file.loads_ranking))
        yield


def _once(warm: Callable[..., None]) -> Callable[..., None]:
    """Does the first time what has an effect on the whole process, and is needed no more."""
    done: list[bool] = []

    def first(*given: Any) -> None:
        if not done:
            warm(*given)
            done.append(True)

    return first


def _compiling_once() -> Callable[..., Engine]:
    """Makes engines that share their dialect, which every compiled statement belongs to."""
    dialects: dict[Hashable, Dialect] = {}
    compiled: Any = LRUCache(_STATEMENTS)

    def create(url: str, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        engine.update_execution_options(compiled_cache=compiled)
        own = engine.dialect
        # A test may bring another SQLite.
        kind = own.name, own.dbapi
        if kind in dialects:
            # What it would ask the server for is known.
            own.initialize = _nothing  # type: ignore[method-assign]
            engine.dialect = engine.pool._dialect = dialects[kind]
        else:

            def connected(_connection: Connection) -> None:
                dialects.setdefault(kind, own)

            event.listen(engine, "engine_connect", connected, once=True)
        return engine

    return create


def _nothing(_connection: Connection) -> None: ...


def _lexicon_of(
    rows: Iterable[tuple[str, str, str | None]], aliases: Mapping[str, Sequence[str]]
) -> TermLexicon:
    return _lexicon(_plain(rows), tuple((word, tuple(codes)) for word, codes in aliases.items()))


@lru_cache(_INPUTS)
def _lexicon(
    rows: tuple[tuple[str, str, str | None], ...], aliases: tuple[tuple[str, tuple[str, ...]], ...]
) -> TermLexicon:
    return TermLexicon(rows, dict(aliases))


def _tree_of(rows: Iterable[tuple[str, str, str | None]]) -> IndustryTree:
    return _tree(_plain(rows))


@lru_cache(_INPUTS)
def _tree(rows: tuple[tuple[str, str, str | None], ...]) -> IndustryTree:
    return IndustryTree(rows)


def _plain(rows: Iterable[Iterable[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _atlas_of(regions: Iterable[PlainRegion], pairings: Sequence[Pairing]) -> Atlas:
    return _places(tuple(regions)).paired(pairings)


@lru_cache(_INPUTS)
def _places(regions: tuple[PlainRegion, ...]) -> Atlas:
    return Atlas(regions, ())
