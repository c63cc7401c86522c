"""Whether the process lives and whether it can serve."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from service.api.deps import IndexDep, ReadSession
from service.api.problems import documented
from service.errors import Unavailable

router = APIRouter(tags=["health"])
OPEN: dict[str, Any] = {"security": []}  # the document asks for a key everywhere else


class Health(BaseModel):
    """All is well."""

    status: str


class Readiness(Health):
    """What this process serves from."""

    database: str
    index_revision: int
    model_version: str


@router.get(
    "/livez", summary="Say whether the process lives", responses=documented(is_open=True), openapi_extra=OPEN
)
async def livez() -> Health:
    """Answers without touching the database, even when the service is full."""
    return Health(status="ok")


@router.get(
    "/readyz",
    summary="Say whether requests can be served",
    responses=documented(is_open=True),
    openapi_extra=OPEN,
)
def readyz(request: Request, session: ReadSession, index: IndexDep) -> Readiness:
    """The database answers, its schema is current, and the match index is loaded."""
    if not request.app.state.is_current(session):
        raise Unavailable("not_migrated", "The database is not migrated. Run `shanhai migrate`.", 10)
    snapshot = index.current(session)
    return Readiness(
        status="ok",
        database=request.app.state.database.description,
        index_revision=snapshot.revision,
        model_version=snapshot.model_version,
    )
