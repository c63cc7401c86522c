"""The supply chain of a project: for each input, material and product, the places that complete it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from service.api.deps import IndexDep, LanguageDep, MatchReader, PathId, ReadSession
from service.api.match_engine import Engine
from service.api.matches import ranking_tag
from service.api.preconditions import not_modified
from service.api.problems import documented
from service.domain import projects
from service.index import Snapshot, TermComplements
from service.rankings import shapes as r

router = APIRouter(prefix="/v1", tags=["matching"])
PlacesPerTerm = Annotated[int, Query(ge=1, le=50, description="Places per term.")]


class IndustryRef(BaseModel):
    """An industry of GB/T 4754 by code and name."""

    code: str
    name: str


class ComplementRead(BaseModel):
    """A place that completes a term of the project's chain."""

    profile: r.PlaceRead
    relation: Literal["makes_input", "has_material", "buys_product"]
    matched: IndustryRef | None = Field(
        description="The industry that both sides share; null where the place lists the material itself."
    )
    declared: str = Field(description="What the place wrote: a leading industry, or the material.")
    closeness: float = Field(
        description="1: the place states the very industry or material; less: only a broader or related one."
    )
    distance_km: float | None = Field(json_schema_extra={"unit": "km"}, description="Great-circle distance.")
    reason: str


class TermRead(BaseModel):
    """One term, how it was read, and the best of the places that complete it."""

    term: str
    read_as: list[IndustryRef] = Field(
        description="Best first; empty where the term could not be read as an industry."
    )
    place_count: int = Field(description="How many visible places complete the term.")
    places: list[ComplementRead]


class SupplyChainRead(r.RankingBasis):
    """The chain of one project, term by term, in the project's own order."""

    inputs: list[TermRead]
    materials: list[TermRead]
    products: list[TermRead]
    industry: list[TermRead] = Field(
        description="Where no input or no product can be read: who usually supplies or buys from the "
        "project's industry."
    )
    withheld: list[str] = Field(description="Fields of a teaser that are not shown; their lists are empty.")


@router.get(
    "/projects/{project_id}/supply-chain",
    summary="List the places that complete a project's chain",
    responses=documented(304, 404),
    response_model=SupplyChainRead,
)
def get_project_supply_chain(
    request: Request,
    response: Response,
    project_id: PathId,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
    limit: PlacesPerTerm = 10,
) -> SupplyChainRead | Response:
    """Per input and material, the places that make or hold it; per product, those that buy it.

    Best first: a place that lists the material, then closeness, then distance; materials only within
    their haul. Admission rules are not asked: whoever supplies need not be where the project settles.
    """
    row = projects.get(session, actor, project_id)
    engine = Engine.of(request, session, index, actor, language)
    unchanged = not_modified(request, response, ranking_tag(request, engine, "chain", row.id, row.version))
    if unchanged is not None:
        return unchanged
    need = engine.need(row, row.id, row.organisation_id)
    snapshot = engine.snapshot
    found = snapshot.matcher.complements(
        need, snapshot.offers, visible=engine.places(None, need), limit=limit, language=language
    )
    hidden = projects.read(session, actor, row).withheld
    return SupplyChainRead(
        inputs=_terms(snapshot, found.inputs),
        materials=_terms(snapshot, found.materials),
        products=_terms(snapshot, found.products),
        industry=_terms(snapshot, found.industry),
        withheld=[name for name in ("inputs", "materials", "products") if name in hidden],
        **engine.basis,
    )


def _terms(snapshot: Snapshot, terms: tuple[TermComplements, ...]) -> list[TermRead]:
    return [
        TermRead(
            term=term.term,
            read_as=[IndustryRef(code=code, name=name) for code, name in term.read_as],
            place_count=term.place_count,
            places=[
                ComplementRead(
                    profile=r.place_read(snapshot.places[place.position]),
                    relation=place.relation,
                    matched=IndustryRef(code=place.code, name=place.name) if place.code else None,
                    declared=place.declared,
                    closeness=place.closeness,
                    distance_km=None if place.distance_km is None else round(place.distance_km, 1),
                    reason=place.reason,
                )
                for place in term.places
            ],
        )
        for term in terms
    ]
