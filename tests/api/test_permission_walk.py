"""Deny by default: every route names the permission it needs, and asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from service.access.policy import RULES, Permission
from service.api.deps import Allow
from service.app import create_app
from service.database import Database, writing
from service.domain import keys
from service.domain.keys import KeyWrite
from service.settings import Settings
from tests.conftest import World

# By method and path. Whoever signs in has no key yet.
OPEN_OPERATIONS = {("POST", "/v1/sessions")}
OPEN = {"/livez", "/readyz", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/static-offline-docs"}

# Whoever holds a request's link needs no key; tests/api/test_profile_requests.py holds these to the link.
LINKED = {"/v1/profile-answer"}


def leaves(router: Any) -> Iterator[Any]:
    """Every route below a router; an included router is a branch of the tree, not a list entry."""
    for route in router.routes:
        branch = getattr(route, "original_router", None)
        if branch is None:
            yield route
        else:
            yield from leaves(branch)


def permissions_of(dependant: Dependant) -> set[Permission]:
    own = {dependant.call.permission} if isinstance(dependant.call, Allow) else set()
    return own.union(*(permissions_of(dependency) for dependency in dependant.dependencies))


def unguarded(app: FastAPI) -> list[str]:
    """The paths of routes that name no permission and are not on the open list."""
    return [
        route.path
        for route in leaves(app)
        if route.path not in OPEN | LINKED and not (isinstance(route, APIRoute) and _is_guarded(route))
    ]


def _is_guarded(route: APIRoute) -> bool:
    is_open = {(method, route.path) for method in route.methods} <= OPEN_OPERATIONS
    return is_open or bool(permissions_of(route.dependant))


def operations(app: FastAPI) -> dict[tuple[str, str], Permission]:
    """Method and path of every guarded operation, with its permission."""
    found = {}
    for route in leaves(app):
        if isinstance(route, APIRoute) and route.path not in OPEN | LINKED:
            if {(method, route.path) for method in route.methods} <= OPEN_OPERATIONS:
                continue
            (permission,) = permissions_of(route.dependant)
            found |= {(method, route.path): permission for method in route.methods}
    return found


@pytest.fixture(scope="module")
def bare_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("bare"), database_url=""))


def test_every_route_names_one_permission(bare_app: FastAPI) -> None:
    assert unguarded(bare_app) == []
    assert len(operations(bare_app)) > 30


def test_the_walk_finds_a_route_that_names_none_however_deep_it_lies() -> None:
    app = create_app(Settings(data_dir=Path("unused")))
    inner, outer = APIRouter(), APIRouter()

    @inner.get("/v1/forgotten")
    def forgotten() -> None:
        """Nobody has thought of permissions here."""

    outer.include_router(inner)
    app.include_router(outer)
    app.mount("/v1/mounted", FastAPI())
    assert unguarded(app) == ["/v1/forgotten", "/v1/mounted"]


def test_the_walk_meets_every_operation_of_the_document(bare_app: FastAPI) -> None:
    document = bare_app.openapi()
    documented = {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if path not in OPEN | LINKED
    }
    assert documented == set(operations(bare_app)) | OPEN_OPERATIONS
    for method, path in documented:
        expected = [] if (method, path) in OPEN_OPERATIONS else [{"key": []}, {"session": []}]
        assert document["paths"][path][method.lower()].get("security", []) == expected, (method, path)


def test_a_read_never_asks_for_a_permission_to_write(bare_app: FastAPI) -> None:
    for (method, path), permission in operations(bare_app).items():
        writes = not permission.endswith(":read")
        stores = method != "GET" and path not in {"/v1/match-queries", "/v1/itineraries"}
        assert writes == stores, (method, path, permission)


def test_every_operation_asks_for_a_key_and_for_its_own_permission(world: World, database: Database) -> None:
    app: Any = world.client.app
    with writing(database) as session:
        for permission, kinds in RULES.items():
            able = ("qingyuan", "platform", "zhejiang")
            who = next(name for name in able if world.actors[name].kind in kinds)
            others = [
                other
                for other in Permission
                if other != permission and world.actors[who].kind in RULES[other]
            ]
            for name, scopes in (("only", [permission]), ("all but", others)):
                body = KeyWrite(organisation_id=world.organisations[who], name=name, scopes=scopes)
                world.secrets[f"{name} {permission}"] = keys.create(session, None, body).secret
    for (method, path), permission in operations(app).items():
        address = path.replace("{", "").replace("}", "")
        nobody = world.call(None, method, address)
        assert (nobody.status_code, nobody.json()["code"]) == (401, "missing_key"), (method, path)
        assert nobody.headers["www-authenticate"] == "Bearer"
        unfit = world.call(f"all but {permission}", method, address)
        assert (unfit.status_code, unfit.json()["code"]) == (403, "missing_scope"), (method, path)
        fit = world.call(f"only {permission}", method, address)
        assert fit.status_code in {200, 204, 404, 422, 428}, (method, path, fit.text)


def test_the_open_addresses_need_no_key(world: World) -> None:
    for path in ("/livez", "/readyz", "/openapi.json", "/docs"):
        assert world.get(None, path).status_code == 200, path
