"""What the tests of imports share: files, and what is stored of profiles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from service.access.audit import AuditEvent, chain
from service.database import Change, Database, State, reading
from service.domain.profile_records import ProfileVersion
from service.domain.profiles import Profile
from tests.conftest import PROFILE

GIVEN = {"id", "created_at", "updated_at"}


def ndjson(path: Path, bodies: Iterable[Any]) -> Path:
    lines = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) for body in bodies)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def numbered(count: int) -> list[dict[str, Any]]:
    """Bodies that differ, of which every seventh is a draft."""
    return [
        {
            **PROFILE,
            "site_name": f"园区{number:05}",
            "land_mu": 20 + number % 97,
            "quantities": {"largest_parcel_mu": number / 7},
            "status": "draft" if number % 7 == 3 else "published",
        }
        for number in range(count)
    ]


def stored(database: Database) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Profiles in the order of their ids, each with its published states; but for ids and times."""
    with reading(database) as session:
        states: dict[str, list[dict[str, Any]]] = {}
        for version in session.exec(select(ProfileVersion).order_by(col(ProfileVersion.version))):
            # A published state that could not be read back would fail here.
            state = Profile.model_validate(version.state).model_dump(mode="json")
            assert set(state) == set(version.state)
            assert state["id"] == version.profile_id
            states.setdefault(version.profile_id, []).append(
                {name: value for name, value in state.items() if name not in GIVEN}
            )
        rows = session.exec(select(Profile).order_by(col(Profile.id))).all()
        return [(row.model_dump(mode="json", exclude=GIVEN), states.get(row.id, [])) for row in rows]


def assert_on_record(database: Database) -> None:
    """Every profile has its one change and its one event, and the chain is whole."""
    with reading(database) as session:
        ids = sorted(session.exec(select(Profile.id)))
        events = select(AuditEvent.noun_id).where(AuditEvent.action == "profile.create")
        assert sorted(session.exec(events)) == ids
        assert sorted(session.exec(select(Change.noun_id).where(Change.noun == "profile"))) == ids
        head, sequence = "", 0
        for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence))):
            sequence += 1
            assert (event.sequence, event.previous_hash) == (sequence, head)
            head = chain(head, event.content())
            assert event.hash == head
        state = session.get_one(State, 1)
        assert (state.audit_head, state.audit_sequence) == (head, sequence)
        assert max(session.exec(select(Change.revision)), default=0) == state.revision
