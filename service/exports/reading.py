"""How an export reads: as its actor, by the functions that answer requests, a batch at a time.

A batch is a read transaction of its own. Nothing is locked while a file is written, and on a database with
a rollback journal the job may tell of its progress in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final, TypeVar, cast

from sqlmodel import Session, SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import Database, now, reading
from service.domain import opportunities, profiles, projects
from service.domain.industries import Industry
from service.domain.opportunities import OpportunityRead
from service.domain.organisations import Organisation
from service.domain.regions import Region
from service.errors import NotFound
from service.exports import wording
from service.exports.refusals import ExportRefused
from service.index import CRITERIA, MatchIndex
from service.rankings.reader import Language, Reader
from service.reference import rules
from service.units import SHANGHAI, shanghai_day

T = TypeVar("T", bound=SQLModel)
_BATCH: Final = 500


class Row:
    """An answer of the API with names beside its ids."""

    def __init__(self, answer: Any, **names: Any) -> None:
        self._answer = answer
        self._names = names

    def __getattr__(self, name: str) -> Any:
        names = self.__dict__["_names"]
        return names[name] if name in names else getattr(self.__dict__["_answer"], name)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large and how slow an export may be, and where fonts are looked for.

    ``most_rows`` is that of any one sheet; ``seconds`` that of typesetting.
    """

    most_rows: int = 100_000
    seconds: float = 120.0
    font_dir: str = ""


@dataclass
class Reading:
    """What an export is read with; ``progress(done, of)`` is told between batches, and may raise to stop."""

    database: Database
    actor: Actor
    language: Language
    index: MatchIndex
    limits: Limits = Limits()
    progress: Callable[[int, int], None] = lambda _done, _of: None
    _names: dict[tuple[str, str], str | None] = field(default_factory=dict)

    @cached_property
    def reader(self) -> Reader:
        """Rankings as the actor may see them, on one snapshot for the whole export."""
        with reading(self.database) as session:
            return Reader(self.actor, self.index.current(session), self.language, now(session))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Headings and standing sentences of documents."""
        return wording.labels(self.language)

    @property
    def today(self) -> str:
        """The day in Shanghai on which the export is read, as people write it."""
        day = shanghai_day(self.reader.effective_at)
        return self.say(f"{day.year} 年 {day.month} 月 {day.day} 日", day.isoformat())

    @property
    def basis(self) -> str:
        """What rankings were worked out from."""
        snapshot = self.reader.snapshot
        at = self.reader.effective_at.astimezone(SHANGHAI)
        return self.say(
            f"模型 {snapshot.model_version} · 数据版本 {snapshot.revision} · {at:%Y-%m-%d %H:%M}（北京时间）",
            f"model {snapshot.model_version} · data revision {snapshot.revision} · "
            f"{at:%Y-%m-%d %H:%M} (Beijing time)",
        )

    def say(self, zh: str, en: str) -> str:
        """The one or the other, by the language of the export."""
        return zh if self.language == "zh" else en

    def each(
        self,
        table: type[T],
        statement_of: Callable[[Session], SelectOfScalar[T]],
        read: Callable[[Session, T], Row],
    ) -> Iterator[Row]:
        """Every row of a list that is in the order of ids, as ``read`` shows it.

        Raises
        ------
        ExportRefused
            ``export_too_large``.
        """
        key = cast(Any, table).id
        with reading(self.database) as session:
            counted = select(func.count()).select_from(statement_of(session).order_by(None).subquery())
            total = session.exec(counted).one()
        self.require_room(total)
        last, done = "", 0
        while True:
            with reading(self.database) as session:
                found = session.exec(statement_of(session).where(col(key) > last).limit(_BATCH)).all()
                shown = [read(session, row) for row in found]
                last = cast(Any, found[-1]).id if found else last
            yield from shown
            done += len(shown)
            self.require_room(done)
            self.progress(done, max(total, done))
            if len(found) < _BATCH:
                return

    def require_room(self, rows: int) -> None:
        """Raise where a sheet would have more rows than an export may."""
        if rows > self.limits.most_rows:
            raise ExportRefused(
                "export_too_large",
                f"This would be {rows} rows; a sheet has {self.limits.most_rows} at most. "
                "Narrow it down by the parameters, such as a region or a day.",
            )

    def region(self, session: Session, code: str | None) -> str | None:
        """A region's full name."""
        return self._named(session, Region, code, lambda row: row.full_name)

    def industry(self, session: Session, code: str | None) -> str | None:
        """An industry's name."""
        return self._named(session, Industry, code, lambda row: row.name)

    def organisation(self, session: Session, organisation_id: str | None) -> str | None:
        """An organisation's name."""
        return self._named(session, Organisation, organisation_id, lambda row: row.name)

    def project(self, session: Session, project_id: str | None) -> str | None:
        """A project's name, where the actor may know of the project."""

        def read(key: str) -> str:
            return projects.read(session, self.actor, projects.get(session, self.actor, key)).name

        return self._known("project", project_id, read)

    def site(self, session: Session, profile_id: str | None) -> str | None:
        """A place's name, where the actor may know of the place."""

        def read(key: str) -> str | None:
            shown = profiles.read(self.actor, profiles.get(session, self.actor, key))
            return shown.site_name or self.region(session, shown.region_code)

        return self._known("site", profile_id, read)

    def project_of(self, session: Session, opportunity_id: str | None) -> str | None:
        """The name of a joint record's project, where the actor may know of the record."""

        def read(key: str) -> str | None:
            return self._record(session, key).project_name

        return self._known("project_of", opportunity_id, read)

    def site_of(self, session: Session, opportunity_id: str | None) -> str | None:
        """The name of a joint record's place, where the actor may know of the record."""

        def read(key: str) -> str | None:
            return self._record(session, key).site_name

        return self._known("site_of", opportunity_id, read)

    def _record(self, session: Session, opportunity_id: str) -> OpportunityRead:
        row = opportunities.get(session, self.actor, opportunity_id)
        return opportunities.read(session, self.actor, row)

    def _named(
        self, session: Session, table: type[Any], key: str | None, name: Callable[[Any], str]
    ) -> str | None:
        def read(key: str) -> str | None:
            row = session.get(table, key)
            return name(row) if row is not None else None

        return self._known(table.__name__, key, read)

    def _known(self, noun: str, key: str | None, read: Callable[[str], str | None]) -> str | None:
        if key is None:
            return None
        if (noun, key) not in self._names:
            try:
                self._names[noun, key] = read(key)
            except NotFound:
                self._names[noun, key] = None
        return self._names[noun, key]

    def figure_name(self, field: str) -> str:
        """What a field or a registered quantity is called."""
        return wording.figure_name(field, self.language)

    def criterion_name(self, name: str) -> str:
        """What a criterion of the score is called."""
        found = {one.name: (one.name_zh, one.name_en) for one in CRITERIA}
        return self.say(*found[name])

    def rule_name(self, name: str) -> str:
        """What an admission rule is called."""
        return self.say(*self._rules.get(name, (name, name)))

    @cached_property
    def _rules(self) -> dict[str, tuple[str, str]]:
        rules = self.reader.snapshot.matcher.rules
        return {rule.name: (rule.text.name_zh, rule.text.name_en) for rule in rules}

    def decider_name(self, code: str) -> str:
        """Which office decides on a figure."""
        return self.say(*_deciders().get(code, (code, code)))


@cache
def _deciders() -> dict[str, tuple[str, str]]:
    return {code: (one["name_zh"], one["name_en"]) for code, one in rules()["deciders"].items()}
