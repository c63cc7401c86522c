"""Recommendations 推荐: how a joint record of a project at a place begins."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, select

from service.access import audit
from service.access.policy import Actor
from service.database import new_id
from service.domain import approvals, profiles, projects
from service.domain.approvals import Approval
from service.domain.opportunities import Opportunity, OpportunityWrite, Side
from service.domain.opportunity_records import StageMove, enter
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.shapes import created
from service.errors import Conflict, NotFound

RECOMMEND: Final = "opportunity.recommend"


def recommend(session: Session, actor: Actor, body: OpportunityWrite) -> Opportunity | Approval:
    """Open a record of a project at a place; from now on both organisations see it.

    Where the actor's organisation wants a second person for it, it waits for that one.

    Raises
    ------
    NotFound
        Unless the actor sees both and one of them is its own.
    Conflict
        ``no_counterpart``: nobody of the place is here, or it has not confirmed the profile;
        ``recommended_already``: the two have a live record; ``approval_open``.
    """
    _check_pair(session, actor, body)
    if not approvals.required(session, actor, RECOMMEND):
        return _open(session, actor, body, new_id("opp"))
    pair = {"project_id": body.project_id, "profile_id": body.profile_id}
    for waiting in session.exec(approvals.listed(actor, "submitted", RECOMMEND)):
        if pair.items() <= waiting.payload.items():
            raise Conflict("approval_open", f"{waiting.id} waits for a second person to recommend the same.")
    return approvals.submit(
        session, actor, RECOMMEND, "opportunity", new_id("opp"), body.model_dump(mode="json")
    )


@approvals.carries_out("opportunity.recommend")
def _recommend_approved(session: Session, actor: Actor, approval: Approval) -> None:
    body = OpportunityWrite.model_validate(approval.payload)
    _check_pair(session, actor, body)
    _open(session, actor, body, approval.noun_id)


def _check_pair(session: Session, actor: Actor, body: OpportunityWrite) -> None:
    project = projects.get(session, actor, body.project_id)
    profile = profiles.get(session, actor, body.profile_id)
    if actor.organisation_id not in (project.organisation_id, profile.organisation_id):
        raise NotFound()
    if profile.organisation_id is None or profile.unconfirmed or profile.status != "published":
        raise Conflict(
            "no_counterpart",
            "Nobody has published and confirmed this profile for the county yet. Ask the county to do so "
            "first.",
        )
    twin = select(Opportunity.id).where(
        Opportunity.project_id == project.id,
        Opportunity.profile_id == profile.id,
        Opportunity.stage != "ended",
    )
    found = session.exec(twin).first()
    if found is not None:
        raise Conflict(
            "recommended_already", f"The two have a live record already: go on in {found}, or end it first."
        )


def _open(session: Session, actor: Actor, body: OpportunityWrite, opportunity_id: str) -> Opportunity:
    project = session.get_one(Project, body.project_id)
    profile = session.get_one(Profile, body.profile_id)
    side: Side = "project" if project.organisation_id == actor.organisation_id else "profile"
    row = Opportunity.model_validate(
        {
            **created(session),
            "id": opportunity_id,
            "project_id": project.id,
            "profile_id": profile.id,
            "project_organisation_id": project.organisation_id,
            "profile_organisation_id": profile.organisation_id,
            "recommended_by": side,
        }
    )
    session.add(row)
    # A rival that was opened meanwhile shows here, and the first stage refers to the row.
    session.flush()
    enter(session, actor, row, None, StageMove(to="recommended", note=body.note), "recommended")
    detail = {"project_id": row.project_id, "profile_id": row.profile_id}
    audit.record(session, actor, "opportunity.create", "opportunity", row.id, detail)
    return row
