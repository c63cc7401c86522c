"""On whose behalf a job acts: by what its asker may still do when it runs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, update

from service.access.keys import ApiKey
from service.access.policy import Actor, Permission, granted_to
from service.database import Database, now, reading, writing
from service.domain import person_records
from service.jobs.work import Context
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, run, stored


def _person(world: World, role: Any) -> Actor:
    own = world.actors["jiashan"]
    name = world.person("jiashan", role)
    scopes = granted_to(own.kind, role)
    return Actor(own.organisation_id, own.kind, own.region_code, "ses_1", scopes, world.people[name], role)


def _acts(*needs: Permission) -> Any:
    def act(context: Context) -> dict[str, Any]:
        with reading(context.database) as session:
            actor = context.actor(session, *needs)
        return {"role": actor.person_role, "scopes": sorted(actor.scopes)}

    return act


@pytest.mark.parametrize("needs", [(), (Permission.PROJECTS_WRITE,)])
def test_a_person_who_was_demoted_while_the_job_waited_is_refused(
    world: World, database: Database, settings: Settings, needs: tuple[Permission, ...]
) -> None:
    actor = _person(world, "clerk")
    job_id = asked(database, actor)
    with writing(database) as session:
        person_records.grant(session, world.actors["jiashan"], actor.person_id or "", "any", "viewer")
    run(database, settings, count=_acts(*needs))
    row = stored(database, job_id)
    assert row.problem is not None
    assert (row.state, row.problem["status"], row.problem["code"]) == ("failed", 403, "not_authorised")


def test_what_a_job_does_not_need_may_have_been_lost_and_what_was_gained_is_not_used(
    world: World, database: Database, settings: Settings
) -> None:
    actor = _person(world, "clerk")
    job_id = asked(database, actor)
    with writing(database) as session:
        person_records.grant(session, world.actors["jiashan"], actor.person_id or "", "any", "auditor")
    run(database, settings, count=_acts(Permission.PROJECTS_READ))
    row = stored(database, job_id)
    assert row.state == "done"
    assert row.result is not None
    assert row.result["role"] == "auditor"
    assert "projects:read" in row.result["scopes"]
    assert not {"projects:write", "audit:read"} & set(row.result["scopes"])


def _disable(session: Session, world: World, actor: Actor) -> None:
    person_records.disable(session, world.actors["jiashan"], actor.person_id or "", "any")


def _revoke(session: Session, _world: World, actor: Actor) -> None:
    session.execute(update(ApiKey).where(col(ApiKey.id) == actor.key_id).values(revoked_at=now(session)))


def _expire(session: Session, _world: World, actor: Actor) -> None:
    session.execute(update(ApiKey).where(col(ApiKey.id) == actor.key_id).values(expires_at=now(session)))


@pytest.mark.parametrize("end", [_disable, _revoke, _expire])
def test_whoever_was_disabled_or_whose_key_ended_gets_nothing_done(
    world: World, database: Database, settings: Settings, end: Any
) -> None:
    actor = _person(world, "approver") if end is _disable else world.actors["jiashan"]
    job_id, ran = asked(database, actor), []
    with writing(database) as session:
        end(session, world, actor)
    run(database, settings, count=lambda context: ran.append(context) or {})
    row = stored(database, job_id)
    assert ran == []
    assert row.problem is not None
    assert (row.state, row.problem["code"]) == ("failed", "not_authorised")


def test_a_session_may_have_ended_meanwhile_and_a_key_acts_as_it_did(
    world: World, database: Database, settings: Settings
) -> None:
    person, key = asked(database, _person(world, "clerk")), asked(database, world.actors["jiashan"])
    run(database, settings, count=_acts())
    assert (stored(database, person).state, stored(database, key).state) == ("done", "done")
