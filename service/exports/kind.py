"""What a kind of export is: a name, its formats and parameters, whose permission, and how it is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel
from sqlmodel import Session

from service import workbooks
from service.access.policy import Actor, Permission
from service.exports.reading import Reading
from service.workbooks import Sheet

Format = Literal["xlsx", "docx", "pdf", "zip"]
MEDIA_TYPES: Final[dict[Format, str]] = {
    "xlsx": workbooks.MEDIA_TYPE,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "zip": "application/zip",
}


# What Windows, and the header of a download, would trip over.
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_LONGEST_NAME: Final = 120


def sees_nothing_named(_session: Session, _actor: Actor, _parameters: Any) -> None:
    """The check of a list whose parameters only narrow it down."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of export.

    Attributes
    ----------
    name : str
    zh, en : str
        What the file is called.
    formats : tuple of str
    permission : Permission
        The one that reading the same over the API takes; whoever reads the file needs it too.
    parameters : type
        The model of the parameters; those of a list are the ones of the list's address.
    render : callable (reading, parameters, format, path) -> str
        Writes the file, and says what it is about: a project's name, or nothing.
    check : callable (session, actor, parameters)
        Raises where something that the parameters name is not to be seen by the actor.
    also : tuple of Permission
        What asking for it takes beside that.
    """

    name: str
    zh: str
    en: str
    formats: tuple[Format, ...]
    permission: Permission
    parameters: type[BaseModel]
    render: Callable[[Reading, Any, Format, Path], str]
    check: Callable[[Session, Actor, Any], None] = sees_nothing_named
    also: tuple[Permission, ...] = ()

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Everything that asking for it takes."""
        return (self.permission, *self.also)


def listing(
    name: str,
    zh: str,
    en: str,
    permission: Permission,
    parameters: type[BaseModel],
    sheets: Callable[[Reading, Any], Iterable[Sheet]],
    *,
    about: Callable[[Reading, Any], str] = lambda _reading, _parameters: "",
    check: Callable[[Session, Actor, Any], None] = sees_nothing_named,
) -> Kind:
    """A kind that is a workbook."""

    def render(reading: Reading, asked: Any, _format: Format, path: Path) -> str:
        workbooks.write(sheets(reading, asked), path)
        return about(reading, asked)

    return Kind(name, zh, en, ("xlsx",), permission, parameters, render, check)


def file_name(parts: Sequence[str], ending: str) -> str:
    """A name that any system takes for a file."""
    said = " ".join(part for part in parts if part)
    return f"{_UNFIT.sub(' ', said).strip(' .')[:_LONGEST_NAME]}.{ending}"
