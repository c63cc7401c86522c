"""Ledger entries over HTTP. There is no way to edit or delete one: what is wrong is taken back."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from service.api.deps import (
    Cursor,
    LedgerConfirmer,
    LedgerDecider,
    LedgerReader,
    LedgerWriter,
    Limit,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import ledger_claims, ledger_entries, ledger_records, ledger_views
from service.domain.ledger_entries import LedgerEntryWrite, State
from service.domain.ledger_records import LedgerRecognition, LedgerRejection, LedgerReversal
from service.domain.ledger_views import LedgerEntryRead, LedgerTotal
from service.units import Day, Id, QuantityName

router = APIRouter(prefix="/v1/ledger-entries", tags=["ledger"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


class LedgerPage(Page[LedgerEntryRead]):
    """A page of entries, and what all entries that the filters leave add up to."""

    totals: list[LedgerTotal] = Field(description="Per measure, over the whole list.")


@router.get("", summary="List ledger entries", responses=documented(400))
def list_ledger_entries(
    request: Request,
    session: ReadSession,
    actor: LedgerReader,
    opportunity_id: Annotated[Id | None, Query(description="Of this joint record.")] = None,
    pairing_id: Annotated[Id | None, Query(description="Under this pairing.")] = None,
    measure: Annotated[QuantityName | None, Query(description="Of this measure.")] = None,
    state: Annotated[State | None, Query(description="In this state.")] = None,
    since: Annotated[Day | None, Query(description="From this day on.")] = None,
    until: Annotated[Day | None, Query(description="Up to and with this day.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> LedgerPage:
    """Entries of own pairings, and of those that the caller is an authority over, reversals too."""
    statement = ledger_entries.listed(
        actor,
        opportunity_id=opportunity_id,
        pairing_id=pairing_id,
        measure=measure,
        state=state,
        since=since,
        until=until,
    )
    show = partial(ledger_views.shown_in_list, session, actor, ledger_views.units(session))
    found = page(request, session, statement, show, limit, cursor)
    totals = ledger_views.totals(session, statement)
    return LedgerPage(items=found.items, next_cursor=found.next_cursor, totals=totals)


@router.post("", status_code=201, summary="Claim a ledger entry", responses=documented(404, 408, 409, 413))
def create_ledger_entry(
    body: LedgerEntryWrite, session: WriteSession, actor: LedgerWriter, once: OnceDep
) -> LedgerEntryRead:
    """Enter what happened, with its evidence, under the one pairing that it may count under.

    409 where the same is there already, or counts under another pairing.
    """

    def act() -> LedgerEntryRead:
        return ledger_views.read(session, actor, ledger_claims.claim(session, actor, body))

    return once(session, actor, body, LedgerEntryRead, act)


@router.get("/{entry_id}", summary="Read a ledger entry", responses=documented(404))
def get_ledger_entry(
    entry_id: PathId, session: ReadSession, actor: LedgerReader, response: Response
) -> LedgerEntryRead:
    """One entry; `actions` says what the caller may do with it."""
    row = ledger_entries.get(session, actor, entry_id)
    return tagged(response, ledger_views.read(session, actor, row))


@router.post("/{entry_id}/confirm", summary="Confirm a ledger entry", responses=CHANGING)
def confirm_ledger_entry(
    entry_id: PathId, session: WriteSession, actor: LedgerConfirmer, if_match: IfMatch, response: Response
) -> LedgerEntryRead:
    """The other side of the pairing confirms that it is so."""
    row = ledger_records.confirm(session, actor, entry_id, if_match)
    return tagged(response, ledger_views.read(session, actor, row))


@router.post("/{entry_id}/recognise", summary="Recognise a ledger entry", responses=CHANGING)
def recognise_ledger_entry(
    entry_id: PathId,
    body: LedgerRecognition,
    session: WriteSession,
    actor: LedgerDecider,
    if_match: IfMatch,
    response: Response,
) -> LedgerEntryRead:
    """The authority above a side has it count, at a share of its amount."""
    row = ledger_records.recognise(session, actor, entry_id, if_match, body)
    return tagged(response, ledger_views.read(session, actor, row))


@router.post("/{entry_id}/reject", summary="Reject a ledger entry", responses=CHANGING)
def reject_ledger_entry(
    entry_id: PathId,
    body: LedgerRejection,
    session: WriteSession,
    actor: LedgerDecider,
    if_match: IfMatch,
    response: Response,
) -> LedgerEntryRead:
    """The authority above a side refuses it and says why; what is true may be claimed anew."""
    row = ledger_records.reject(session, actor, entry_id, if_match, body)
    return tagged(response, ledger_views.read(session, actor, row))


@router.post(
    "/{entry_id}/reverse",
    status_code=201,
    summary="Take a ledger entry back",
    responses=documented(404, 408, 409, 413),
)
def reverse_ledger_entry(
    entry_id: PathId,
    body: LedgerReversal,
    session: WriteSession,
    actor: LedgerWriter,
    once: OnceDep,
    response: Response,
) -> LedgerEntryRead:
    """The claimant takes back all or a part, by an entry with the opposite amount, which is answered."""

    def act() -> LedgerEntryRead:
        row = ledger_records.reverse(session, actor, entry_id, body)
        return ledger_views.read(session, actor, row)

    answer = once(session, actor, body, LedgerEntryRead, act)
    response.headers["Location"] = f"/v1/ledger-entries/{answer.id}"
    return answer
