"""Comments 留言 on a joint record: what the two sides write to each other, with links to files."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field as Check
from pydantic import StringConstraints
from sqlalchemy import Text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import events
from service.domain.opportunities import Opportunity
from service.domain.shapes import Answer, JsonOf, StrictBody, strict
from service.units import Id, Instant, Name, WrittenText

# A link is shown to officials of another government: nothing but a web address may stand there.
WebAddress = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s\x22\x27<>\\^`{|}]{1,1990}$", max_length=2000)
]


class FileLink(StrictBody):
    """A file that lies elsewhere."""

    name: Name
    url: WebAddress


class CommentFields(SQLModel):
    """What is said."""

    text: WrittenText = Field(sa_type=Text)
    links: Annotated[list[FileLink], Check(max_length=20)] = Field(
        default_factory=list, sa_type=JsonOf(list[FileLink])
    )


EXAMPLE: dict[str, Any] = {
    "text": "环评已批，附批复。",
    "links": [{"name": "环评批复", "url": "https://files.example/eia.pdf"}],
}


class CommentWrite(CommentFields, StrictBody):
    """Body of a new comment."""

    model_config = strict(EXAMPLE)


class Comment(CommentFields, table=True):
    """The stored comment; it is never changed, since the other side has read it."""

    __tablename__ = "comments"

    id: str = Field(primary_key=True, max_length=40)
    opportunity_id: str = Field(foreign_key="opportunities.id", index=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    written_at: Instant = Field(sa_type=UtcDateTime)


class CommentRead(CommentFields, Answer):
    """A comment as both sides see it."""

    id: Id
    opportunity_id: Id
    organisation_id: Id
    written_at: Instant


def of_opportunity(opportunity_id: str) -> SelectOfScalar[Comment]:
    """All comments on a record that the caller has been found to see, oldest first."""
    return select(Comment).where(Comment.opportunity_id == opportunity_id).order_by(col(Comment.id))


def add(session: Session, actor: Actor, opportunity_id: str, body: CommentWrite) -> Comment:
    """Write to the other side of a record of which the caller has been found to be one."""
    row = Comment.model_validate(
        {
            **body.model_dump(),
            "id": new_id("cmt"),
            "opportunity_id": opportunity_id,
            "organisation_id": actor.organisation_id,
            "written_at": now(session),
        }
    )
    session.add(row)
    # A record that went meanwhile shows here.
    session.flush()
    record_change(session, "opportunity", opportunity_id, "comment")
    audit.record(session, actor, "comment.create", "comment", row.id)
    record = session.get_one(Opportunity, opportunity_id)
    told = record.told(comment_id=row.id, by=actor.organisation_id)
    events.emit(session, "opportunity.commented", record.id, told, record.participants())
    return row
