"""Puts the application together; nothing here is global."""

from __future__ import annotations

import gc
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from typing import Final

import anyio.to_thread
import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from service.access.oidc import Issuers
from service.api import (
    approvals,
    assessments,
    audit_events,
    bulletins,
    comments,
    docs_page,
    document,
    enclave_terms,
    events,
    exports,
    files,
    fragments,
    health,
    holds,
    import_templates,
    imports,
    indicator_packs,
    itineraries,
    jobs,
    keys,
    ledger_entries,
    matches,
    milestones,
    model,
    opportunities,
    organisation_settings,
    organisations,
    outcomes,
    pairings,
    people,
    personal_keys,
    pools,
    problems,
    profile_requests,
    profiles,
    projects,
    reference,
    saved_searches,
    sessions,
    submissions,
    supply_chain,
    targets,
    visits,
    webhooks,
)
from service.api.console import Console
from service.api.deps import refuse_unknown_parameters
from service.api.guard import Guard
from service.api.memory import Memory
from service.api.pages import Signer
from service.api.rates import limiter_of
from service.api.rooms import hashing_room, session_room, writing_room
from service.api.shortcut import Shortcut
from service.api.uploads import Uploads
from service.database import Database, State, open_database, reading
from service.errors import Unavailable
from service.index import MatchIndex, Upkeep
from service.jobs.runner import Runner
from service.logs import configure
from service.revisions import revisions_of
from service.schema import is_current
from service.settings import Settings

_log = structlog.get_logger()
ROUTERS = (
    docs_page,
    health,
    projects,
    profiles,
    matches,
    supply_chain,
    outcomes,
    opportunities,
    milestones,
    comments,
    visits,
    itineraries,
    enclave_terms,
    profile_requests,
    holds,
    pools,
    indicator_packs,
    targets,
    bulletins,
    assessments,
    submissions,
    ledger_entries,
    approvals,
    events,
    saved_searches,
    webhooks,
    audit_events,
    model,
    reference,
    organisations,
    organisation_settings,
    pairings,
    people,
    sessions,
    keys,
    personal_keys,
    jobs,
    exports,
    files,
    imports,
    import_templates,
)


#: How long a thread may keep the interpreter while the event loop waits for it; Python's own 5 ms would
#: be added to every answer, /livez among them, that is asked for beside one long computation.
SWITCH_SECONDS: Final = 0.0005


def serving() -> FastAPI:
    """The application of a serving process; each worker sets up its own logs."""
    settings = Settings()
    configure(settings.log_level)
    sys.setswitchinterval(SWITCH_SECONDS)
    return create_app(settings, has_the_process=True)


def create_app(settings: Settings | None = None, *, has_the_process: bool = False) -> FastAPI:
    """The service as an ASGI application. Its database must be migrated; ``/readyz`` says if it is not.

    Parameters
    ----------
    has_the_process : bool
        Whether nothing else lives in this process, so that its garbage collection may be set for serving,
        and jobs may be run beside the requests.
    """
    settings = settings or Settings()
    database = open_database(
        settings.url, pool_size=settings.pool_size, busy_timeout_seconds=settings.busy_timeout_seconds
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # As many threads as connections: a thread that waits for one would block the next request.
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.pool_size
        await run_in_threadpool(_warm, app, database, settings)
        _log.info("started", database=database.description)
        app.state.revisions = revisions_of(database)
        upkeep = Upkeep(app.state.index, database)
        upkeep.start()
        runner = None
        if has_the_process and database.is_sqlite and settings.serve_jobs:
            runner = Runner(database, settings, app.state.index, threads=settings.job_threads)
            runner.start()
        if has_the_process:
            # The index is millions of objects that stay: walking them takes a quarter of a second each time.
            gc.collect()
            gc.freeze()
            # An answer makes thousands of objects, nearly none of them in a circle.
            gc.set_threshold(10_000)
        yield
        if runner is not None:
            await run_in_threadpool(runner.stop)
        await run_in_threadpool(upkeep.stop)
        app.state.revisions.close()
        database.engine.dispose()

    app = FastAPIOffline(
        title="Shanhai 山海",
        version=version("shanhai"),
        description=document.DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.database = database
    app.state.index = MatchIndex(settings.index_path)
    app.state.memory = Memory()
    app.state.revisions = None
    app.state.limiter = limiter_of(settings.rate_limit)
    app.state.issuers = Issuers(allow_private=settings.allow_private_issuers)
    app.state.hashing_room = hashing_room()
    app.state.session_room = session_room(settings.pool_size, settings.busy_timeout_seconds)
    app.state.writing_room = writing_room(settings.busy_timeout_seconds) if database.is_sqlite else None
    app.state.allow_private_webhooks = settings.allow_private_webhooks
    app.state.uploads = Uploads(settings.max_file_bytes, settings.file_timeout_seconds)
    app.state.is_current = is_current
    # Where the database is away at the start, nobody can guess what this worker signs with.
    app.state.signer = Signer(settings.signing_key or secrets.token_hex(32))
    app.router.routes.extend(_routes())
    problems.install(app)
    document.install(app)
    app.add_middleware(Shortcut)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Console)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """All routes, put together once in a process: what FastAPI works out of them is kept with them.

    An application that included the routers itself would work it out anew, a third of a second each time.
    """
    whole = APIRouter(
        dependencies=[Depends(refuse_unknown_parameters)],
        generate_unique_id_function=lambda route: route.name,
    )
    for module in ROUTERS:
        whole.include_router(module.router)
    whole.include_router(profile_requests.answers)
    return whole.routes


def _warm(app: FastAPI, database: Database, settings: Settings) -> None:
    """Load the index before the first request, where the database is ready for it."""
    try:
        with reading(database) as session:
            if not is_current(session):
                _log.warning("not_migrated", advice="run `shanhai migrate`")
                return
            fragments.warm()
            if not settings.signing_key:
                # Shared by all workers, so that a cursor of one is good at another.
                state = session.get_one(State, 1)
                app.state.signer = Signer(state.signing_key)
        app.state.index.start(database)
    except Unavailable as error:
        _log.warning("not_ready", code=error.code, detail=error.detail)
