"""Runs the migrations on the connection that `shanhai migrate` has opened and locked."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from service.domain import tables

tables.load()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
