"""What is done with joint records: move along the stages, unseal the investor, appoint a team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from sqlmodel import Field, Session, select

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, now, record_change
from service.domain import events, hold_records, outcomes, stages
from service.domain.opportunities import (
    SIDES,
    Opportunity,
    Side,
    StageChange,
    rents,
    sides_of,
    visible_to,
)
from service.domain.organisations import Organisation
from service.domain.outcomes import Basis, OutcomeWrite, Reason, Result
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.shapes import (
    ExpectedVersion,
    StrictBody,
    replace_fields,
    require_version,
    strict,
)
from service.domain.stages import Stage
from service.errors import Conflict, Forbidden, NotFound, invalid
from service.units import Day, Id, LongText, ShortText, shanghai_day

#: Works out what a decision rests on; the match index does.
BasisOf = Callable[[Project, Profile], Basis]


class StageMove(StrictBody):
    """Body of a move to another stage."""

    model_config = strict({"to": "signed", "occurred_on": "2026-11-20", "document_no": "嘉庆合〔2026〕8号"})

    to: Stage
    occurred_on: Day | None = Field(default=None, description="Today where it is left out.")
    document_no: ShortText | None = None
    reason_code: Reason | None = Field(default=None, description="Required where the record ends.")
    note: LongText | None = Field(default=None, description="Seen by both sides.")


class FieldTeam(StrictBody):
    """Body of an appointment; null takes it back."""

    model_config = strict({"organisation_id": "org_00000000000000000000000009"})

    organisation_id: Id | None


def move(
    session: Session, actor: Actor, opportunity_id: str, body: StageMove, basis_of: BasisOf
) -> Opportunity:
    """Take the record to another stage, or note that one side agrees to a move that needs both.

    Raises
    ------
    Conflict
        ``transition_not_allowed``, naming the ones that are; ``await_counterpart``; ``agreed_already``;
        ``investor_sealed``.
    Invalid
        Where a reason is missing or out of place, or the day is yet to come.
    """
    row, sides = _own_locked(session, actor, opportunity_id)
    project = session.get_one(Project, row.project_id)
    stage = cast(Stage, row.stage)
    way = stages.way(stage, body.to, rents=rents(project))
    if way is None:
        raise _not_allowed(stage, rents(project))
    _check_reason(body, way)
    _check_day(session, body)
    if way.by == "counterpart" and sides == {row.recommended_by}:
        raise Conflict(
            "await_counterpart", "The other side has to take up the recommendation; you may end it."
        )
    if way.unsealed and project.investor_name is not None and not row.is_unsealed:
        raise Conflict("investor_sealed", "Nobody signs with a sealed investor. Both sides unseal it first.")
    if way.by == "both" and sides != frozenset(SIDES):
        (side,) = sides
        waiting = row.pending or {}
        if waiting.get("to") != body.to or waiting.get("side") == side:
            return _await(session, actor, row, side, body)
    _go(session, actor, row, body, way)
    if body.to == "ended":
        hold_records.let_go(session, actor, row.project_id, row.profile_id, "The joint record has ended.")
    _tell_outcome(session, actor, row, stage, body, basis_of)
    return row


def _await(session: Session, actor: Actor, row: Opportunity, side: Side, body: StageMove) -> Opportunity:
    """Keep one side's word until the other agrees; it is forgotten when the record moves otherwise."""
    waiting = row.pending or {}
    if (waiting.get("to"), waiting.get("side")) == (body.to, side):
        raise Conflict("agreed_already", "Your side has agreed; the move waits for the other side.")
    replace_fields(session, row, {"pending": {"to": body.to, "side": side}})
    record_change(session, "opportunity", row.id, "agree")
    detail = {"to": body.to, "side": side, "document_no": body.document_no}
    audit.record(session, actor, "opportunity.agree", "opportunity", row.id, detail)
    events.emit(session, "opportunity.agreed", row.id, row.told(to=body.to, side=side), row.participants())
    return row


def _go(session: Session, actor: Actor, row: Opportunity, body: StageMove, way: stages.Transition) -> None:
    before = cast(Stage, row.stage)
    reason = body.reason_code if way.reason else None
    replace_fields(session, row, {"stage": body.to, "pending": None, "reason_code": reason})
    enter(session, actor, row, before, body, "move")
    detail = {"from": before, "to": body.to, "document_no": body.document_no, "reason_code": reason}
    audit.record(session, actor, "opportunity.move", "opportunity", row.id, detail)


def enter(
    session: Session, actor: Actor, row: Opportunity, before: Stage | None, body: StageMove, operation: str
) -> None:
    """Put a move on the record's history, and the furthest stage on the project."""
    session.add(
        StageChange(
            id=new_id("stg"),
            opportunity_id=row.id,
            organisation_id=actor.organisation_id,
            from_stage=before,
            to_stage=body.to,
            occurred_on=body.occurred_on or shanghai_day(now(session)),
            document_no=body.document_no,
            reason_code=body.reason_code,
            note=body.note,
            recorded_at=now(session),
        )
    )
    record_change(session, "opportunity", row.id, operation)
    told = row.told(**{"from": before, "to": body.to, "by": actor.organisation_id})
    events.emit(session, "opportunity.stage_changed", row.id, told, row.participants())
    _set_project_stage(session, row.project_id)


def _set_project_stage(session: Session, project_id: str) -> None:
    # No key changes: two records of one project that begin at once both refer to it, and neither must wait
    # for the other. Read afresh: its organisation may have changed it since.
    statement = select(Project).where(Project.id == project_id).with_for_update(key_share=True)
    project = session.exec(statement.execution_options(populate_existing=True)).one()
    live = select(Opportunity.stage).where(Opportunity.project_id == project_id, Opportunity.stage != "ended")
    stage = stages.furthest([cast(Stage, found) for found in session.exec(live)]) or "registered"
    if project.stage != stage:
        replace_fields(session, project, {"stage": stage})
        record_change(session, "project", project_id, "stage")


def unseal(session: Session, actor: Actor, opportunity_id: str) -> Opportunity:
    """Agree, for one's own side, that the investor is named; it is, once the other side has agreed too.

    Raises
    ------
    Conflict
        ``ended``; ``agreed_already``.
    """
    row, sides = _own_locked(session, actor, opportunity_id)
    _require_live(row)
    instant = now(session)
    stamps = {
        f"unsealed_by_{side}_at": instant for side in sides if not getattr(row, f"unsealed_by_{side}_at")
    }
    if not stamps:
        raise Conflict("agreed_already", "Your side has agreed already.")
    replace_fields(session, row, stamps)
    record_change(session, "opportunity", row.id, "unseal")
    detail = {"sides": sorted(sides), "unsealed": row.is_unsealed}
    audit.record(session, actor, "opportunity.unseal", "opportunity", row.id, detail)
    events.emit(session, "opportunity.unsealed", row.id, row.told(**detail), row.participants())
    return row


def appoint(
    session: Session, actor: Actor, opportunity_id: str, expected: ExpectedVersion, body: FieldTeam
) -> Opportunity:
    """Have a field team of seconded officials speak for one's own side; both may appoint the same.

    Raises
    ------
    Forbidden
        ``not_a_side``: a field team cannot appoint another.
    Invalid
        Where the organisation is no field team.
    """
    row, _ = _own_locked(session, actor, opportunity_id)
    require_version(row, expected)
    _require_live(row)
    own = actor.organisation_id
    fields = {
        f"{side}_field_team_id": body.organisation_id
        for side in SIDES
        if getattr(row, f"{side}_organisation_id") == own
    }
    if not fields:
        raise Forbidden("not_a_side", "The two organisations of the record appoint field teams.")
    team = session.get(Organisation, body.organisation_id) if body.organisation_id else None
    if body.organisation_id and (team is None or team.kind != "field_team"):
        raise invalid("/organisation_id", "not_a_field_team", "Name an organisation of kind field_team.")
    replace_fields(session, row, fields)
    record_change(session, "opportunity", row.id, "appoint")
    audit.record(session, actor, "opportunity.appoint", "opportunity", row.id, dict(fields))
    return row


def require_side(session: Session, actor: Actor, opportunity_id: str) -> Opportunity:
    """A record of which the actor is a side, locked for what is written on it; raises ``NotFound``."""
    row, _ = _own_locked(session, actor, opportunity_id)
    return row


def _own_locked(session: Session, actor: Actor, opportunity_id: str) -> tuple[Opportunity, frozenset[Side]]:
    # Locked while it is checked: two sides that move at once must see one another.
    statement = visible_to(actor).where(Opportunity.id == opportunity_id)
    row = session.exec(statement.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound()
    return row, sides_of(actor, row)


def _require_live(row: Opportunity) -> None:
    if row.stage == "ended":
        raise Conflict("ended", "This record has ended. Recommend anew to open another.")


def _not_allowed(stage: Stage, is_renting: bool) -> Conflict:
    allowed = ", ".join(way.to for way in stages.ways_from(stage, rents=is_renting)) or "none"
    return Conflict("transition_not_allowed", f"From {stage} a record may go to: {allowed}.")


def _check_reason(body: StageMove, way: stages.Transition) -> None:
    if way.reason and body.reason_code is None:
        raise invalid("/reason_code", "missing", "Say why the record ends.")
    if not way.reason and body.reason_code is not None:
        raise invalid("/reason_code", "not_expected", "Only a record that ends has a reason.")


def _check_day(session: Session, body: StageMove) -> None:
    # A day of tolerance: a clerk's clock may be ahead of the database's.
    latest = shanghai_day(now(session)) + timedelta(days=1)
    if body.occurred_on is not None and body.occurred_on > latest:
        raise invalid("/occurred_on", "in_the_future", "What has happened has a day that has come.")


def _tell_outcome(
    session: Session, actor: Actor, row: Opportunity, before: Stage, body: StageMove, basis_of: BasisOf
) -> None:
    """What training learns of this move: a take-up, a contract, a refusal, an end."""
    result: Result
    if body.to == "contacted":
        result = "accepted"
    elif body.to == "signed":
        result = "signed"
    elif body.to == "ended":
        refuses = before == "recommended" and sides_of(actor, row) != {row.recommended_by}
        result = "refused" if refuses else "ended"
    else:
        return
    written: dict[str, Any] = {
        "project_id": row.project_id,
        "profile_id": row.profile_id,
        "result": result,
        "reason_code": body.reason_code,
        "decided_on": body.occurred_on,
        "note": body.note,
    }
    # A contract is the word of both; anything else that of the side which moves.
    both = {row.project_organisation_id, row.profile_organisation_id}
    speakers = sorted(both) if body.to == "signed" else [_spoken_for(actor, row)]
    for organisation_id in speakers:
        outcomes.note(session, actor, organisation_id, OutcomeWrite(**written), basis_of)


def _spoken_for(actor: Actor, row: Opportunity) -> str:
    """The organisation for which the actor speaks: of a team that speaks for both, the project's."""
    side = "project" if "project" in sides_of(actor, row) else "profile"
    organisation_id: str = getattr(row, f"{side}_organisation_id")
    return organisation_id
