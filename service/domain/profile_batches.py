"""Enters many profiles as ``profile_records.register`` enters one, without an object for each.

A profile is first made ``Ready``, which needs no database and may happen long before: checked, owned, and
written out as its row and its published state will be stored. What is left to the transaction is to give
ids and times and to hand rows over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, or_, select

from service.access import audit
from service.access.policy import Actor
from service.bulk import insert_rows, instant_text
from service.database import new_ids, now, record_changes, table_of
from service.domain.batches import GIVEN, Layout, json_of
from service.domain.profile_checks import Known, check, ownership
from service.domain.profile_records import ProfileVersion
from service.domain.profiles import Profile, ProfileFields, ProfileWrite
from service.errors import invalid
from service.units import rfc_3339

_LAYOUT: Final = Layout(Profile, ProfileFields)
_STATUS: Final = _LAYOUT.columns.index("status")
_OWNED: Final = ("organisation_id", "entered_by_organisation_id", "unconfirmed")
_COLUMNS: Final = (*GIVEN, *_LAYOUT.columns, *_OWNED)
_VERSION_COLUMNS: Final = ("id", "profile_id", "version", "published_at", "state")


class Ready(NamedTuple):
    """A checked profile: values of its fields and owners as they are stored, and its state but for GIVEN."""

    values: tuple[Any, ...]
    state: str


def ready(known: Known, actor: Actor, body: ProfileWrite) -> Ready:
    """The profile as it will be stored; the same checks as of a single one, in the same order.

    Raises
    ------
    Forbidden
        ``region_not_yours``.
    Invalid
        For codes, quantities and dates that do not exist or contradict each other; for what is to be
        published where that takes a second person.
    """
    check(known, body)
    owned = ownership(known, actor, body)
    if known.publishing_waits and body.status == "published":
        # A file has no second person who has read each of its lines.
        said = "Your organisation has profiles published by a second person: enter drafts, and submit each."
        raise invalid("/status", "second_person_required", said)
    whole = body.__pydantic_serializer__.to_json(body).decode()
    values = (*_LAYOUT.values(body), *owned)
    return Ready(values, f"{whole[:-1]},{json_of(owned._asdict())[1:-1]}")


def key(body: ProfileWrite) -> str:
    """By what a place is known again: its region, kind, code in the catalogue and name."""
    name = (body.site_name or "").casefold()
    return "\n".join((body.region_code, body.site_kind, body.zone_code or "", name))


def keys_taken(session: Session, actor: Actor) -> Iterator[str]:
    """The keys of the profiles that are the actor's, or were entered by it."""
    own = or_(
        col(Profile.organisation_id) == actor.organisation_id,
        col(Profile.entered_by_organisation_id) == actor.organisation_id,
    )
    statement = select(Profile.region_code, Profile.site_kind, Profile.zone_code, Profile.site_name).where(
        col(Profile.deleted_at).is_(None), own
    )
    for region_code, site_kind, zone_code, name in session.exec(statement.execution_options(yield_per=5_000)):
        yield "\n".join((region_code, site_kind, zone_code or "", (name or "").casefold()))


def enter(session: Session, actor: Actor, profiles: Iterable[Sequence[Ready]]) -> int:
    """Store the profiles with their versions, changes and audit events; how many there were.

    They come in pieces, so that no more than a piece need be at hand. They share one revision, and one
    instant; their ids sort in their order.
    """
    count = 0
    own, of_versions = new_ids("prf"), new_ids("ver")
    # Asked for here: while rows are handed over, PostgreSQL's connection answers nothing else.
    instant, said = instant_text(session, now(session)), rfc_3339(now(session))
    for piece in profiles:
        if not piece:
            continue
        ids = list(islice(own, len(piece)))
        insert_rows(session, _LAYOUT.table, _COLUMNS, _rows(instant, ids, piece))
        insert_rows(
            session,
            table_of(ProfileVersion),
            _VERSION_COLUMNS,
            _versions(instant, said, of_versions, ids, piece),
        )
        record_changes(session, "profile", ids, "create")
        about = [
            (row_id, _DETAILS[profile.values[_STATUS]]) for row_id, profile in zip(ids, piece, strict=True)
        ]
        audit.record_many(session, actor, "profile.create", "profile", about)
        count += len(ids)
    return count


# Shared by all events that say the same.
_DETAILS: Final[dict[str, dict[str, Any]]] = {
    status: {"status": status} for status in ("draft", "published", "withdrawn")
}


def _rows(instant: str, ids: Sequence[str], profiles: Sequence[Ready]) -> Iterator[tuple[Any, ...]]:
    for row_id, profile in zip(ids, profiles, strict=True):
        yield (row_id, 1, instant, instant, *profile.values)


def _versions(
    instant: str, said: str, own: Iterator[str], ids: Sequence[str], profiles: Sequence[Ready]
) -> Iterator[tuple[Any, ...]]:
    given = f'"version":1,"created_at":"{said}","updated_at":"{said}","deleted_at":null,"approved_by":null}}'
    for row_id, profile in zip(ids, profiles, strict=True):
        if profile.values[_STATUS] == "published":
            yield (next(own), row_id, 1, instant, f'{profile.state},"id":"{row_id}",{given}')
