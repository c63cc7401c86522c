"""Imports 批量导入: files of projects, profiles and others, how far each has come, and what was refused.

An import that stores is known by what its file says, whose it is and of which kind: the same file again
goes on where it was stopped, and none is entered twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import CheckConstraint, Index, String, text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.domain.import_units import Convention
from service.domain.shapes import Answer, JsonOf, StrictBody, Versioned, strict
from service.errors import NotFound
from service.units import Id

KindName = Literal["projects", "profiles", "targets", "ledger-entries"]
Format = Literal["xlsx", "csv", "ndjson"]
Mode = Literal["validate_only", "all_or_nothing", "row_by_row"]
ConversionKind = Literal["unit", "percent", "thousands_separator", "full_width", "date", "word"]
#: ``refused``: of an import that was to be stored as a whole, some rows could not be.
Kept = Literal["queued", "running", "done", "refused"]
State = Literal["queued", "running", "done", "refused", "failed", "cancelled"]
#: So many are kept; all are counted.
MOST_REFUSALS = 100_000
_REFUSALS_AT_ONCE = 1_000
_STORING = "state in ('queued', 'running', 'done') and mode <> 'validate_only'"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with a row: its line in the file, the column of a table or else the pointer."""

    line: int
    column: str | None
    pointer: str
    code: str
    detail: str


class Conversion(Answer):
    """How cells of a column were read that are not written as the service keeps them."""

    column: str = Field(description="The title in the file.")
    field: str
    kind: ConversionKind
    from_unit: str | None
    to_unit: str | None
    factor: float | None = Field(description="What figures were multiplied by.")
    convention: Convention | None = Field(
        description="`power_factor_0.9`: kW and MW are what is drawn; kVA = kW / 0.9."
    )
    cells: int = Field(description="How many cells were read so.")
    first_line: int
    first_from: str
    first_to: str


class ReadColumn(Answer):
    """A column of the file, and the field that it was read as."""

    title: str
    field: str
    unit: str | None = Field(description="The unit of the title, where one stands there.")


class ImportWrite(StrictBody):
    """Body of a new import. The file was uploaded before, at POST /v1/files."""

    model_config = strict(
        {
            "file_id": "fil_00000000000000000000000001",
            "kind": "projects",
            "format": "xlsx",
            "mode": "validate_only",
        }
    )

    file_id: Id
    kind: KindName
    format: Format
    mode: Mode = "validate_only"


class Import(Versioned, table=True):
    """A file that is to be imported, is, or was. ``rows_done`` counts refused rows and duplicates too."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("kind in ('projects', 'profiles', 'targets', 'ledger-entries')", name="known_kind"),
        CheckConstraint("format in ('xlsx', 'csv', 'ndjson')", name="known_format"),
        CheckConstraint("mode in ('validate_only', 'all_or_nothing', 'row_by_row')", name="known_mode"),
        CheckConstraint("state in ('queued', 'running', 'done', 'refused')", name="known_state"),
        CheckConstraint(
            "rows_done = rows_accepted + rows_refused + rows_duplicate", name="every_row_counted_once"
        ),
        Index(
            "uq_imports_storing",
            "organisation_id",
            "kind",
            "content_hash",
            unique=True,
            sqlite_where=text(_STORING),
            postgresql_where=text(_STORING),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    kind: KindName = Field(sa_type=String(20))
    format: Format = Field(sa_type=String(8))
    mode: Mode = Field(sa_type=String(16))
    content_hash: str = Field(max_length=64)
    file_id: str | None = Field(default=None, max_length=40)
    file_name: str | None = Field(default=None, max_length=200)
    job_id: str | None = Field(default=None, max_length=40)
    state: Kept = Field(default="queued", sa_type=String(8))
    lines: int = Field(default=0)
    rows_done: int = Field(default=0)
    rows_accepted: int = Field(default=0)
    rows_refused: int = Field(default=0)
    rows_duplicate: int = Field(default=0)
    refusals: int = Field(default=0)
    columns: list[ReadColumn] = Field(default_factory=list, sa_type=JsonOf(list[ReadColumn]))
    conversions: list[Conversion] = Field(default_factory=list, sa_type=JsonOf(list[Conversion]))

    @property
    def rows_stored(self) -> int:
        """How many rows are in the database by this import."""
        return 0 if self.mode == "validate_only" or self.state == "refused" else self.rows_accepted


class ImportRefusal(SQLModel, table=True):
    """A ``Refusal`` of an import, numbered within it."""

    __tablename__ = "import_refusals"

    import_id: str = Field(primary_key=True, foreign_key="imports.id", max_length=40)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    line: int
    column_name: str | None = Field(default=None, max_length=100)
    pointer: str = Field(max_length=1000)
    code: str = Field(max_length=60)
    detail: str = Field(max_length=1000)


class ImportErrorRead(Answer):
    """What was wrong with a row, or that it was there already (code `duplicate`)."""

    number: int
    line: int = Field(description="In the file, the first being 1; where the row begins.")
    column: str | None = Field(description="The title of the column, in a table.")
    pointer: str = Field(description="Into the body that the row says.")
    code: str
    detail: str


def visible_to(actor: Actor) -> SelectOfScalar[Import]:
    """The imports of the actor's own organisation."""
    return select(Import).where(Import.organisation_id == actor.organisation_id)


def listed(actor: Actor, kind: KindName | None) -> SelectOfScalar[Import]:
    """Visible imports, newest first."""
    statement = visible_to(actor).order_by(col(Import.id).desc())
    return statement.where(Import.kind == kind) if kind else statement


def get(session: Session, actor: Actor, import_id: str) -> Import:
    """One visible import; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Import.id == import_id)).first()
    if found is None:
        raise NotFound()
    return found


def storing(session: Session, actor: Actor, kind: KindName, content_hash: str) -> Import | None:
    """The organisation's import of such a file that stores or has stored rows, if there is one."""
    same = visible_to(actor).where(Import.kind == kind, Import.content_hash == content_hash)
    return session.exec(same.where(text(_STORING))).first()


def errors_of(import_id: str) -> SelectOfScalar[ImportRefusal]:
    """What was refused of an import that the caller has been found to see, in the order of lines."""
    statement = select(ImportRefusal).where(ImportRefusal.import_id == import_id)
    return statement.order_by(col(ImportRefusal.number))


def read_error(row: ImportRefusal) -> ImportErrorRead:
    """The refusal as it is told."""
    return ImportErrorRead(**row.model_dump(exclude={"import_id", "column_name"}), column=row.column_name)


def refusals_of(session: Session, import_id: str) -> Iterator[Refusal]:
    """All kept refusals of an import in the order of its lines, a page at a time."""
    last = 0
    while True:
        statement = errors_of(import_id).where(col(ImportRefusal.number) > last)
        page = session.exec(statement.limit(_REFUSALS_AT_ONCE)).all()
        for row in page:
            yield Refusal(row.line, row.column_name, row.pointer, row.code, row.detail)
        if len(page) < _REFUSALS_AT_ONCE:
            return
        last = page[-1].number
        session.expunge_all()
