"""Enclave terms over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    EnclaveReader,
    EnclaveWriter,
    Limit,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import enclave_terms
from service.domain.enclave_terms import EnclaveTermsBody, EnclaveTermsRead, EnclaveTermsWrite
from service.units import Id

router = APIRouter(prefix="/v1/enclave-terms", tags=["enclaves"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List enclave terms", responses=documented(400))
def list_enclave_terms(
    request: Request,
    session: ReadSession,
    actor: EnclaveReader,
    profile_id: Annotated[Id | None, Query(description="Of this enclave.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[EnclaveTermsRead]:
    """Terms of enclaves that the caller hosts, or whose home is the caller's region."""
    statement = enclave_terms.listed(actor, profile_id)
    return page(request, session, statement, partial(enclave_terms.read, session), limit, cursor)


@router.post("", status_code=201, summary="Propose enclave terms", responses=documented(404, 408, 409, 413))
def create_enclave_terms(
    body: EnclaveTermsWrite, session: WriteSession, actor: EnclaveWriter, once: OnceDep
) -> EnclaveTermsRead:
    """Enter how home and host share tax, output and energy, and what villages are paid; the other agrees."""

    def act() -> EnclaveTermsRead:
        return enclave_terms.read(session, enclave_terms.propose(session, actor, body))

    return once(session, actor, body, EnclaveTermsRead, act)


@router.get("/{terms_id}", summary="Read enclave terms", responses=documented(404))
def get_enclave_terms(
    terms_id: PathId, session: ReadSession, actor: EnclaveReader, response: Response
) -> EnclaveTermsRead:
    """The terms, and who has agreed to them."""
    return tagged(response, enclave_terms.read(session, enclave_terms.get(session, actor, terms_id)))


@router.patch(
    "/{terms_id}",
    summary="Change enclave terms",
    responses=CHANGING,
    openapi_extra=patch_of(EnclaveTermsBody),
)
def change_enclave_terms(
    terms_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: EnclaveWriter,
    if_match: IfMatch,
    response: Response,
) -> EnclaveTermsRead:
    """Change them by a JSON merge patch (RFC 7396); the other side has to agree anew."""
    row = enclave_terms.change(session, actor, terms_id, if_match, body)
    return tagged(response, enclave_terms.read(session, row))


@router.put("/{terms_id}/agreement", summary="Agree to enclave terms", responses=CHANGING)
def agree_to_enclave_terms(
    terms_id: PathId,
    session: WriteSession,
    actor: EnclaveWriter,
    if_match: IfMatch,
    response: Response,
) -> EnclaveTermsRead:
    """Agree, for one's own side, to the very terms that were read."""
    row = enclave_terms.agree(session, actor, terms_id, if_match)
    return tagged(response, enclave_terms.read(session, row))
