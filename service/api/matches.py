"""Rankings over HTTP: places for a project, projects for a place, why not, one pair."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from service.api.deps import Cursor, IndexDep, LanguageDep, Limit, MatchReader, PathId, ReadSession
from service.api.fragments import Fragments
from service.api.match_engine import Engine, Include
from service.api.memory import memory_of
from service.api.pages import query_of
from service.api.plain_query import PlainQuery
from service.api.preconditions import not_modified
from service.api.problems import documented
from service.domain import profiles, project_records, projects
from service.domain.filters import Filters
from service.domain.projects import EXAMPLE, Project, ProjectWrite
from service.rankings import shapes as r
from service.rankings.reader import weights_of
from service.units import AnyQuantity, Id, ShortText

router = APIRouter(prefix="/v1", tags=["matching"])
Wanted = Annotated[
    Literal["stability"] | None, Query(description="`stability` adds `rank_low` and `rank_high`.")
]


class MatchQuery(BaseModel):
    """A ranking that stores nothing: a project in full or by its id, with weights and filters."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {
                    "project": EXAMPLE,
                    "weights": {"land": 0.3, "industry": 0.4},
                    "filters": {"province": "浙江省"},
                    "limit": 5,
                    "include": ["stability", "exclusions"],
                }
            ]
        },
    }

    project: ProjectWrite | None = None
    project_id: Id | None = None
    weights: dict[ShortText, AnyQuantity] = Field(
        {}, max_length=50, description="Per criterion; see GET /v1/criteria."
    )
    filters: Filters = Filters()
    limit: Annotated[int, Field(ge=1, le=100, strict=True)] = 20
    cursor: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    exclusions_cursor: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    include: list[Include] = Field([], max_length=2)

    @model_validator(mode="after")
    def _one_project(self) -> MatchQuery:
        if (self.project is None) == (self.project_id is None):
            raise PydanticCustomError("one_project", "Send either project or project_id.")
        return self


def ranking_tag(request: Request, engine: Engine, *parts: Any) -> str:
    """The ETag of a ranking."""
    return engine.tag(str(request.url.query), *parts)


def _remember(request: Request, session: ReadSession, engine: Engine, row: Project | None) -> None:
    """Have the next such request answered from memory."""
    authorization = request.headers.get("authorization", "").encode("latin-1")
    memory_of(request).remember(session, engine.snapshot, authorization, engine.actor, row)


@router.get(
    "/projects/{project_id}/matches",
    summary="Rank places for a project",
    responses=documented(304, 400, 404),
    response_model=r.MatchPage,
)
def list_project_matches(
    request: Request,
    response: Response,
    project_id: PathId,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
    limit: Limit = 20,
    cursor: Cursor = None,
    include: Wanted = None,
) -> Response:
    """The places that pass every admission rule, best first, each explained term by term."""
    row = projects.get(session, actor, project_id)
    engine = Engine.of(request, session, index, actor, language)
    _remember(request, session, engine, row)
    tag = ranking_tag(request, engine, row.id, row.version)
    unchanged = not_modified(request, response, tag)
    if unchanged is not None:
        return unchanged
    known = engine.known(row, (row.id, row.version), row.id, row.organisation_id)
    page = engine.match_bytes(
        known,
        engine.places(None, known.need),
        limit=limit,
        cursor=cursor,
        query=engine.query(query_of(request)),
        stability=include == "stability",
    )
    return Response(page, headers={"ETag": tag}, media_type="application/json")


@router.post(
    "/match-queries",
    summary="Rank places with other weights",
    responses=documented(400, 404, 408, 413),
    response_model=r.MatchQueryPage,
)
def query_matches(
    body: MatchQuery,
    request: Request,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
) -> Response:
    """Rank places for a project that need not be registered, with weights and filters of the moment."""
    engine = Engine.of(request, session, index, actor, language)
    engine.chosen = weights_of(body.weights, engine.snapshot.matcher.default_weights)
    known = _asked_project(body, request, session, engine)
    visible = engine.places(body.filters, known.need)
    query = engine.query(query_of_body(body))
    exclusions = b"null"
    if "exclusions" in body.include:
        passed_over = engine.exclusion_page(
            known.need, visible, limit=body.limit, cursor=body.exclusions_cursor, query=f"exclusions {query}"
        )
        exclusions = passed_over.model_dump_json(by_alias=True).encode()
    page = engine.match_bytes(
        known,
        visible,
        limit=body.limit,
        cursor=body.cursor,
        query=query,
        stability="stability" in body.include,
        end=b',"exclusions":%b}' % exclusions,
    )
    return Response(page, media_type="application/json")


def query_of_body(body: MatchQuery) -> dict[str, Any]:
    """What must be the same for a cursor to carry on."""
    return body.model_dump(mode="json", exclude={"limit", "cursor", "exclusions_cursor", "include"})


def query_of_plain(asked: PlainQuery) -> dict[str, Any]:
    """The same of a query that was read without a model."""
    return {**_PLAIN, "project_id": asked.project_id, "weights": asked.weights}


_PLAIN = query_of_body(MatchQuery(project_id="prj_0"))


def _asked_project(body: MatchQuery, request: Request, session: ReadSession, engine: Engine) -> Fragments:
    if body.project is None:
        row = projects.get(session, engine.actor, body.project_id or "")
        _remember(request, session, engine, row)
        return engine.known(row, (row.id, row.version), row.id, row.organisation_id)
    project_records.check(session, engine.actor, body.project, at="/project")
    _remember(request, session, engine, None)
    own = engine.actor.organisation_id
    content = orjson.dumps(body.project.model_dump(mode="json"))
    return engine.known(body.project, (own, hashlib.sha256(content).digest()), "", own)


@router.get(
    "/projects/{project_id}/exclusions",
    summary="Say why places are passed over",
    responses=documented(304, 400, 404),
    response_model=r.ExclusionPageRead,
)
def list_project_exclusions(
    request: Request,
    response: Response,
    project_id: PathId,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> r.ExclusionPageRead | Response:
    """The places that fail a rule, easiest to fix first, with the cheapest fix and its rank."""
    row = projects.get(session, actor, project_id)
    engine = Engine.of(request, session, index, actor, language)
    unchanged = not_modified(request, response, ranking_tag(request, engine, "why not", row.id, row.version))
    if unchanged is not None:
        return unchanged
    need = engine.need(row, row.id, row.organisation_id)
    query = engine.query(query_of(request))
    return engine.exclusion_page(need, engine.places(None, need), limit=limit, cursor=cursor, query=query)


@router.get(
    "/projects/{project_id}/matches/{profile_id}",
    summary="Explain one pair",
    responses=documented(304, 404),
    response_model=r.PairRead,
)
def get_project_match(
    request: Request,
    response: Response,
    project_id: PathId,
    profile_id: PathId,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
) -> r.PairRead | Response:
    """One project and one place in full, eligible or not."""
    row = projects.get(session, actor, project_id)
    profile = profiles.get(session, actor, profile_id)
    engine = Engine.of(request, session, index, actor, language)
    tag = ranking_tag(request, engine, row.id, row.version, profile.id, profile.version)
    unchanged = not_modified(request, response, tag)
    if unchanged is not None:
        return unchanged
    need, offer = engine.need(row, row.id, row.organisation_id), engine.offer(session, profile)
    place = r.profile_read(profile, offer.rows[0].site_name, offer.rows[0].region_name)
    return r.PairRead(profile=place, **engine.pair(need, offer, engine.places(None, need)))


@router.get(
    "/profiles/{profile_id}/matches",
    summary="Rank projects for a place",
    responses=documented(304, 400, 404),
    response_model=r.ProjectMatchPage,
)
def list_profile_matches(
    request: Request,
    response: Response,
    profile_id: PathId,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
    limit: Limit = 20,
    cursor: Cursor = None,
    include: Wanted = None,
) -> r.ProjectMatchPage | Response:
    """The projects that the caller may see and the place would admit, best first."""
    row = profiles.get(session, actor, profile_id)
    engine = Engine.of(request, session, index, actor, language)
    unchanged = not_modified(request, response, ranking_tag(request, engine, row.id, row.version))
    if unchanged is not None:
        return unchanged
    seen = projects.visible_ids(session, actor)
    return engine.project_page(
        engine.offer(session, row),
        engine.snapshot.visible_projects(actor.organisation_id, seen),
        limit=limit,
        cursor=cursor,
        query=engine.query(query_of(request)),
        stability=include == "stability",
    )
