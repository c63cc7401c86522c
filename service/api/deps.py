"""What handlers ask for, named by capability: sessions, actors by permission, language, index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Annotated, Literal

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlmodel import Session

from service.access import keys, sessions
from service.access.policy import Actor, Permission, require
from service.api import cookies
from service.api.rooms import Room
from service.database import Database, reading, writing
from service.errors import FieldError, Invalid, TooManyRequests, Unauthenticated
from service.index import MatchIndex
from service.units import RegionCode, ShortText

Language = Literal["zh", "en"]


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def hashing_room_of(request: Request) -> Room:
    """The application's room for password hashing."""
    room: Room = request.app.state.hashing_room
    return room


async def _place(request: Request) -> AsyncIterator[None]:
    async with request.app.state.session_room.enter():
        yield


async def _turn(request: Request) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        # The turn comes first: whoever waits for it must not take a connection from readers.
        if request.app.state.writing_room is not None:
            await stack.enter_async_context(request.app.state.writing_room.enter())
        await stack.enter_async_context(request.app.state.session_room.enter())
        yield


def _reading(
    database: Annotated[Database, Depends(_database)],
    _place: Annotated[None, Depends(_place, scope="function")],
) -> Iterator[Session]:
    with reading(database) as session:
        yield session


def _writing(
    database: Annotated[Database, Depends(_database)],
    _turn: Annotated[None, Depends(_turn, scope="function")],
) -> Iterator[Session]:
    with writing(database) as session:
        yield session


# scope="function": the commit happens before the answer is sent, so a failing one is never a 201.
ReadSession = Annotated[Session, Depends(_reading, scope="function")]
WriteSession = Annotated[Session, Depends(_writing, scope="function")]

DatabaseDep = Annotated[Database, Depends(_database)]

# Read by the OpenAPI document alone; `Allow` does the work, with better sentences.
_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="An API key: `Bearer shk_…`.")
_cookie = APIKeyCookie(
    name=cookies.NAME,
    auto_error=False,
    scheme_name="session",
    description="A browser's session, begun at POST /v1/sessions. Changes carry `X-Requested-With: shanhai`.",
)
_Documented = Annotated[object, Depends(_bearer)]
_AlsoDocumented = Annotated[object, Depends(_cookie)]
_Authorization = Annotated[str | None, Header(include_in_schema=False)]


def authenticate(request: Request, session: Session, authorization: str | None) -> Actor:
    """The actor of a request: by its key, or by the session that its cookie tells of.

    Raises
    ------
    Unauthenticated
        ``two_credentials`` where both came: which one is meant decides who acts.
    Forbidden
        ``cross_site``: see ``cookies.require_same_site``.
    """
    token = request.cookies.get(cookies.NAME)
    if token is None:
        return keys.authenticate(session, authorization)
    if authorization is not None:
        raise Unauthenticated("two_credentials", "Send a key or the cookie of a session, not both.")
    cookies.require_same_site(request)
    return sessions.authenticate(session, token)


class Allow:
    """A dependency that lets a request pass only with this permission; returns its actor."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def admit(self, request: Request, session: Session, authorization: str | None) -> Actor:
        """Authenticate, check the permission, count the request against the key's rate."""
        actor = authenticate(request, session, authorization)
        require(actor, self.permission)
        limiter = request.app.state.limiter
        if limiter is not None and not limiter.take(actor.key_id):
            raise TooManyRequests(
                "rate_exceeded", "Too many requests with this key.", headers={"Retry-After": "1"}
            )
        return actor


class AllowRead(Allow):
    """``Allow`` on a reading session."""

    def __call__(
        self,
        request: Request,
        session: ReadSession,
        _documented: _Documented,
        _also: _AlsoDocumented,
        authorization: _Authorization = None,
    ) -> Actor:
        """The actor of the request."""
        return self.admit(request, session, authorization)


class AllowReadOrLink(Allow):
    """``AllowRead``, but for who comes by a link that is signed: the handler compares the signature."""

    def __call__(
        self,
        request: Request,
        session: ReadSession,
        _documented: _Documented,
        _also: _AlsoDocumented,
        authorization: _Authorization = None,
    ) -> Actor | None:
        """The actor of the request; None where it comes by a link."""
        if request.query_params.keys() & {"expires", "signature"}:
            return None
        return self.admit(request, session, authorization)


class AllowWrite(Allow):
    """``Allow`` on the session of the change: a key revoked a moment ago cannot write."""

    def __call__(
        self,
        request: Request,
        session: WriteSession,
        _documented: _Documented,
        _also: _AlsoDocumented,
        authorization: _Authorization = None,
    ) -> Actor:
        """The actor of the request."""
        return self.admit(request, session, authorization)


class AllowApart(Allow):
    """``Allow`` on a session of its own, for what must hold no transaction while it works."""

    def __call__(
        self,
        request: Request,
        database: DatabaseDep,
        _documented: _Documented,
        _also: _AlsoDocumented,
        authorization: _Authorization = None,
    ) -> Actor:
        """The actor of the request."""
        with reading(database) as session:
            return self.admit(request, session, authorization)


P = Permission
ReferenceReader = Annotated[Actor, Depends(AllowRead(P.REFERENCE_READ))]
OrganisationReader = Annotated[Actor, Depends(AllowRead(P.ORGANISATIONS_READ))]
OrganisationWriter = Annotated[Actor, Depends(AllowWrite(P.ORGANISATIONS_WRITE))]
PairingReader = Annotated[Actor, Depends(AllowRead(P.PAIRINGS_READ))]
PairingWriter = Annotated[Actor, Depends(AllowWrite(P.PAIRINGS_WRITE))]
KeyReader = Annotated[Actor, Depends(AllowRead(P.KEYS_READ))]
KeyWriter = Annotated[Actor, Depends(AllowWrite(P.KEYS_WRITE))]
ProjectReader = Annotated[Actor, Depends(AllowRead(P.PROJECTS_READ))]
ProjectWriter = Annotated[Actor, Depends(AllowWrite(P.PROJECTS_WRITE))]
ProfileReader = Annotated[Actor, Depends(AllowRead(P.PROFILES_READ))]
ProfileWriter = Annotated[Actor, Depends(AllowWrite(P.PROFILES_WRITE))]
ProfileConfirmer = Annotated[Actor, Depends(AllowWrite(P.PROFILES_CONFIRM))]
MatchReader = Annotated[Actor, Depends(AllowRead(P.MATCHES_READ))]
OutcomeReader = Annotated[Actor, Depends(AllowRead(P.OUTCOMES_READ))]
OutcomeWriter = Annotated[Actor, Depends(AllowWrite(P.OUTCOMES_WRITE))]
OpportunityReader = Annotated[Actor, Depends(AllowRead(P.OPPORTUNITIES_READ))]
OpportunityWriter = Annotated[Actor, Depends(AllowWrite(P.OPPORTUNITIES_WRITE))]
VisitReader = Annotated[Actor, Depends(AllowRead(P.VISITS_READ))]
VisitWriter = Annotated[Actor, Depends(AllowWrite(P.VISITS_WRITE))]
EnclaveReader = Annotated[Actor, Depends(AllowRead(P.ENCLAVES_READ))]
EnclaveWriter = Annotated[Actor, Depends(AllowWrite(P.ENCLAVES_WRITE))]
LedgerReader = Annotated[Actor, Depends(AllowRead(P.LEDGER_READ))]
LedgerWriter = Annotated[Actor, Depends(AllowWrite(P.LEDGER_WRITE))]
LedgerConfirmer = Annotated[Actor, Depends(AllowWrite(P.LEDGER_CONFIRM))]
LedgerDecider = Annotated[Actor, Depends(AllowWrite(P.LEDGER_DECIDE))]
HoldReader = Annotated[Actor, Depends(AllowRead(P.HOLDS_READ))]
HoldWriter = Annotated[Actor, Depends(AllowWrite(P.HOLDS_WRITE))]
PoolReader = Annotated[Actor, Depends(AllowRead(P.POOLS_READ))]
PoolWriter = Annotated[Actor, Depends(AllowWrite(P.POOLS_WRITE))]
AssessmentReader = Annotated[Actor, Depends(AllowRead(P.ASSESSMENTS_READ))]
AssessmentSubmitter = Annotated[Actor, Depends(AllowWrite(P.ASSESSMENTS_SUBMIT))]
TargetReader = Annotated[Actor, Depends(AllowRead(P.TARGETS_READ))]
TargetWriter = Annotated[Actor, Depends(AllowWrite(P.TARGETS_WRITE))]
ApprovalReader = Annotated[Actor, Depends(AllowRead(P.APPROVALS_READ))]
ApprovalWriter = Annotated[Actor, Depends(AllowWrite(P.APPROVALS_WRITE))]
ApprovalDecider = Annotated[Actor, Depends(AllowWrite(P.APPROVALS_DECIDE))]
EventReader = Annotated[Actor, Depends(AllowRead(P.EVENTS_READ))]
SearchReader = Annotated[Actor, Depends(AllowRead(P.SEARCHES_READ))]
SearchWriter = Annotated[Actor, Depends(AllowWrite(P.SEARCHES_WRITE))]
WebhookReader = Annotated[Actor, Depends(AllowRead(P.WEBHOOKS_READ))]
WebhookWriter = Annotated[Actor, Depends(AllowWrite(P.WEBHOOKS_WRITE))]
PersonReader = Annotated[Actor, Depends(AllowRead(P.PEOPLE_READ))]
PersonWriter = Annotated[Actor, Depends(AllowWrite(P.PEOPLE_WRITE))]
RoleGranter = Annotated[Actor, Depends(AllowWrite(P.PEOPLE_GRANT))]
SettingsReader = Annotated[Actor, Depends(AllowRead(P.SETTINGS_READ))]
SettingsWriter = Annotated[Actor, Depends(AllowWrite(P.SETTINGS_WRITE))]
AccountReader = Annotated[Actor, Depends(AllowRead(P.ACCOUNT_READ))]
AccountWriter = Annotated[Actor, Depends(AllowWrite(P.ACCOUNT_WRITE))]
ImportReader = Annotated[Actor, Depends(AllowRead(P.IMPORTS_READ))]
ImportWriter = Annotated[Actor, Depends(AllowWrite(P.IMPORTS_WRITE))]
JobReader = Annotated[Actor, Depends(AllowRead(P.JOBS_READ))]
JobWriter = Annotated[Actor, Depends(AllowWrite(P.JOBS_WRITE))]
FileReader = Annotated[Actor, Depends(AllowRead(P.FILES_READ))]
FileReaderOrLink = Annotated[Actor | None, Depends(AllowReadOrLink(P.FILES_READ))]
ExportAsker = Annotated[Actor, Depends(AllowWrite(P.EXPORTS_WRITE))]
FileWriterApart = Annotated[Actor, Depends(AllowApart(P.FILES_WRITE))]
AuditReader = Annotated[Actor, Depends(AllowRead(P.AUDIT_READ))]
AccountWriterApart = Annotated[Actor, Depends(AllowApart(P.ACCOUNT_WRITE))]


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not know, or that stands twice.

    A misspelt filter that is passed over would show a list that looks filtered and is not.
    """
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    names = [name for name, _ in request.query_params.multi_items()]
    errors = [
        FieldError(f"/query/{name[:60].encode('utf-8', 'replace').decode()}", code, detail)
        for name in dict.fromkeys(names)
        for code, detail, wrong in (
            ("unknown_parameter", "This address does not know that parameter.", name not in known),
            ("repeated_parameter", "Send this parameter once.", name in known and names.count(name) > 1),
        )
        if wrong
    ]
    if errors:
        raise Invalid(errors)


def _language(
    accept_language: Annotated[
        str | None, Header(description="Language of sentences: zh-CN (default) or en.", max_length=500)
    ] = None,
) -> Language:
    return preferred_language(accept_language or "")


def preferred_language(header: str) -> Language:
    """English where it is preferred to Chinese, else Chinese."""
    weights: dict[str, float] = {}
    for part in header.split(","):
        tag, _, parameters = part.strip().lower().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=")) if parameters.strip() else 1.0
        except ValueError:
            weight = 0.0
        primary = tag.split("-")[0]
        weights[primary] = max(weights.get(primary, 0.0), weight)
    return "en" if weights.get("en", 0.0) > weights.get("zh", 0.0) else "zh"


def _index(request: Request) -> MatchIndex:
    index: MatchIndex = request.app.state.index
    return index


LanguageDep = Annotated[Language, Depends(_language)]
IndexDep = Annotated[MatchIndex, Depends(_index)]
Limit = Annotated[int, Query(ge=1, le=100, description="Items per page.")]
Cursor = Annotated[
    str | None, Query(min_length=1, max_length=2000, description="`next_cursor` of the page before.")
]
NewestFirst = Annotated[bool, Query(description="For looking back; else the oldest come first.")]
Search = Annotated[ShortText | None, Query(description="Part of a name, or the start of a code.")]
RegionFilter = Annotated[
    RegionCode | None, Query(description="A region's code; of lists of places, with all below it.")
]
YearFilter = Annotated[int | None, Query(ge=2000, le=2199, description="Of this year.")]
# Ids are opaque: whatever does not exist is answered alike, so no form is demanded.
PathId = Annotated[str, Path(max_length=64)]
