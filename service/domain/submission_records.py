"""What is done with submissions: freeze an assessment, by one person or by two."""

from __future__ import annotations

from typing import Any, Final

from sqlmodel import Session

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, now, record_change
from service.domain import approvals, assessment_page, assessments
from service.domain.approvals import Approval
from service.domain.assessing.scoring import score
from service.domain.assessments import Assessment, Question
from service.domain.submissions import Submission, SubmissionWrite, sha256_of, signed_text
from service.errors import Conflict

SUBMIT: Final = "assessment.submit"


def submit(session: Session, actor: Actor, body: SubmissionWrite) -> Submission | Approval:
    """Freeze the actor's own assessment as it stands; where a second person is wanted, that one signs it.

    What the second person signs is what was put before them: later entries change nothing of it.

    Raises
    ------
    Conflict
        ``approval_open``: one of the same waits already.
    """
    question = Question(body.programme, body.year, body.period, None, body.pairing_id)
    found = assessments.assess(session, actor, question)
    content, figures = _content(found), _figures(found)
    if not approvals.required(session, actor, SUBMIT):
        return _keep(session, actor, new_id("sub"), body, content, figures, actor.person_id, None)
    scope = body.model_dump(mode="json", exclude={"note"})
    for waiting in session.exec(approvals.listed(actor, "submitted", SUBMIT)):
        if scope.items() <= waiting.payload["body"].items():
            raise Conflict(
                "approval_open",
                f"{waiting.id} waits for a second person to submit the same. Return or withdraw it first.",
            )
    payload = {"body": body.model_dump(mode="json"), "content": content, "figures": figures}
    return approvals.submit(session, actor, SUBMIT, "submission", new_id("sub"), payload)


@approvals.carries_out("assessment.submit")
def _submit_approved(session: Session, actor: Actor, approval: Approval) -> None:
    payload = approval.payload
    _keep(
        session,
        actor,
        approval.noun_id,
        SubmissionWrite.model_validate(payload["body"]),
        payload["content"],
        payload["figures"],
        approval.submitted_by_person_id,
        actor.person_id,
    )


def _keep(
    session: Session,
    actor: Actor,
    submission_id: str,
    body: SubmissionWrite,
    content: dict[str, Any],
    figures: dict[str, Any],
    submitted_by: str | None,
    approved_by: str | None,
) -> Submission:
    text = signed_text(content)
    row = Submission.model_validate(
        {
            **body.model_dump(),
            "id": submission_id,
            "organisation_id": actor.organisation_id,
            "content": text,
            "sha256": sha256_of(text),
            "figures": figures,
            "submitted_by_person_id": submitted_by,
            "approved_by_person_id": approved_by,
            "submitted_at": now(session),
        }
    )
    session.add(row)
    # A pairing that went meanwhile shows here.
    session.flush()
    record_change(session, "submission", row.id, "create")
    detail = body.model_dump(mode="json") | {"sha256": row.sha256}
    audit.record(session, actor, "submission.create", "submission", row.id, detail)
    return row


def _content(found: Assessment) -> dict[str, Any]:
    """What is signed: the page in Chinese, without what single joint records plan.

    The authority reads it, and it is no side of them.
    """
    content = assessment_page.shown(found, "zh").model_dump(mode="json")
    for line in content["indicators"]:
        line["projection"] |= {"coming": [], "unplanned_opportunity_ids": []}
    return content


def _figures(found: Assessment) -> dict[str, Any]:
    """What peers are ranked by, as fractions: equals have to stay equal."""
    return {
        "ratios": {line.indicator.code: str(line.ratio) for line in found.lines if line.ratio is not None},
        "points": {line.indicator.code: float(line.score.points) for line in found.lines},
        "total": str(sum(score(line.indicator, line.ratio, None).points for line in found.lines)),
    }
