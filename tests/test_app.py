"""The application as a whole."""

from __future__ import annotations

import gc
import weakref

from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


def test_an_application_that_is_closed_is_let_go_with_all_that_it_held(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app) as client:
        for path in ("/docs", "/openapi.json", "/readyz", "/v1/projects"):
            client.get(path)
        snapshot = app.state.index.newest()
        kept = [weakref.ref(thing) for thing in (app, app.state.index, snapshot.matcher, snapshot.offers)]
        engine = weakref.ref(app.state.database.engine)
    del app, client, snapshot
    gc.collect()
    assert [found for found in (*(ref() for ref in kept), engine()) if found is not None] == []
