"""Brings a database to the newest schema and reference data: one transaction, one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import Session

from service.database import Database, seal, translated
from service.domain import catalogue
from service.index import fit_first_model

# Any number will do, as long as it is always this one.
_LOCK = 7_303_014_2101


def config() -> Config:
    """Alembic's configuration without a file; the scripts lie beside the package or inside the wheel."""
    here = Path(__file__).resolve().parent
    inside = here / "migrations"
    result = Config()
    result.set_main_option("script_location", str(inside if inside.is_dir() else here.parent / "migrations"))
    return result


def migrate(database: Database, revision: str = "head", step: Callable[[str], None] = lambda _: None) -> None:
    """Upgrade the schema, then load reference data and fit the first model where they are missing.

    A second process waits for the first one's lock and then finds nothing to do; a failure leaves
    the database as it was.
    """
    step("schema")
    with translated(), database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        if revision == "head":
            with Session(connection, expire_on_commit=False) as session:
                catalogue.load(session, step)
                step("model")
                fit_first_model(session)
                seal(session)
                session.flush()
        connection.commit()


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to an older revision; used by tests and after a failed release."""
    with translated(), database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)
        connection.commit()


@lru_cache(maxsize=1)
def _newest() -> str | None:
    # Kept: every look at the scripts compiles each of them, and /readyz asks every few seconds.
    return ScriptDirectory.from_config(config()).get_current_head()


def is_current(session: Session) -> bool:
    """Whether the database's schema is the newest that this program knows."""
    present = MigrationContext.configure(session.connection()).get_current_revision()
    return present == _newest()
