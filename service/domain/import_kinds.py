"""What can be imported from files: one entry each, with its fields, its checks and how rows are entered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel
from sqlmodel import Session

from service.access.policy import Actor, Permission
from service.domain import (
    import_lines,
    profile_batches,
    profile_checks,
    profiles,
    project_batches,
    project_checks,
    projects,
    targets,
)
from service.domain.import_columns import Columns
from service.domain.import_lines import LedgerLine
from service.domain.imports import KindName
from service.domain.profiles import ProfileWrite
from service.domain.projects import ProjectWrite
from service.domain.targets import TargetWrite


@dataclass(frozen=True)
class Kind:
    """A kind of rows. What is ``ready`` is a named tuple that another process can send over.

    Attributes
    ----------
    everything : callable (session, actor) -> known
        All that a row is checked against; read again, and compared, in every transaction that stores rows.
    ready : callable (known, actor, body) -> ready
        Checks a row without a database; raises ``Invalid`` or ``Forbidden``.
    enter : callable (session, actor, pieces) -> int
        Stores rows that are ready; how many there were.
    key : callable (body) -> str or None
        By what a row is known again; None where nothing can stand twice.
    keys_taken : callable (session, actor) -> iterator of str
        The keys of what is there.
    duplicate : str
        The sentence about a row that is there already.
    enter_one : callable (session, actor, ready) -> object, or None
        In place of ``enter``, where the checks of a row ask the database what earlier rows have left
        there. What it raises is told of the row; a conflict with the code ``duplicate`` is a duplicate.
    about : str
        The pointer of what a refusal is about that names none.
    """

    name: KindName
    zh: str
    en: str
    body_type: type[BaseModel]
    permission: Permission
    example: Mapping[str, Any]
    everything: Callable[[Session, Actor], Any]
    ready: Callable[[Any, Actor, Any], Any]
    enter: Callable[[Session, Actor, Iterable[Sequence[Any]]], int] | None
    ready_type: Callable[..., Any]
    key: Callable[[Any], str | None]
    keys_taken: Callable[[Session, Actor], Iterator[str]]
    duplicate: str
    enter_one: Callable[[Session, Actor, Any], object] | None = None
    about: str = ""

    @cached_property
    def columns(self) -> Columns:
        """The columns that tables of this kind may have; put together when they are first asked for."""
        return Columns(self.name, self.body_type)


PROJECTS: Final = Kind(
    name="projects",
    zh="招商项目",
    en="Projects",
    body_type=ProjectWrite,
    permission=Permission.PROJECTS_WRITE,
    example=projects.EXAMPLE,
    everything=project_checks.everything,
    ready=project_batches.ready,
    enter=project_batches.enter,
    ready_type=project_batches.Ready,
    key=project_batches.key,
    keys_taken=project_batches.keys_taken,
    duplicate="A project of this name and investor is entered already, above in this file or before it; "
    "this row was passed over.",
)
PROFILES: Final = Kind(
    name="profiles",
    zh="资源要素档案",
    en="Resource profiles",
    body_type=ProfileWrite,
    permission=Permission.PROFILES_WRITE,
    example=profiles.EXAMPLE,
    everything=profile_checks.everything,
    ready=profile_batches.ready,
    enter=profile_batches.enter,
    ready_type=profile_batches.Ready,
    key=profile_batches.key,
    keys_taken=profile_batches.keys_taken,
    duplicate="A profile of this place (region, kind, zone and name) is entered already, above in this file "
    "or before it; this row was passed over. Change that profile instead.",
    about="/region_code",
)
TARGETS: Final = Kind(
    name="targets",
    zh="任务数",
    en="Targets",
    body_type=TargetWrite,
    permission=Permission.TARGETS_WRITE,
    example=targets.EXAMPLE,
    everything=import_lines.nothing_known,
    ready=import_lines.ready_target,
    enter=None,
    ready_type=import_lines.ReadyTarget,
    key=import_lines.no_key,
    keys_taken=import_lines.no_keys,
    duplicate="",
    enter_one=import_lines.enter_target,
    about="/organisation_id",
)
LEDGER_ENTRIES: Final = Kind(
    name="ledger-entries",
    zh="台账",
    en="Ledger entries",
    body_type=LedgerLine,
    permission=Permission.LEDGER_WRITE,
    example=import_lines.LEDGER_EXAMPLE,
    everything=import_lines.nothing_known,
    ready=import_lines.ready_entry,
    enter=None,
    ready_type=import_lines.ReadyEntry,
    key=import_lines.no_key,
    keys_taken=import_lines.no_keys,
    duplicate="",
    enter_one=import_lines.enter_entry,
    about="/pairing_id",
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (PROJECTS, PROFILES, TARGETS, LEDGER_ENTRIES)}
