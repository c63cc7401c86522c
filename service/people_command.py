"""``shanhai people``: how the first people of an organisation come in, and come back in."""

from __future__ import annotations

from rich.console import Console

from service.access.policy import Role
from service.database import Database, writing
from service.domain import logins, person_records
from service.domain.people import PersonCreate
from service.domain.shapes import validated


def create(
    console: Console, database: Database, organisation_id: str, user_name: str, name: str, role: Role
) -> None:
    """Enter a person, and print the id and the temporary password."""
    body = validated(
        PersonCreate,
        {
            "organisation_id": organisation_id,
            "user_name": user_name,
            "name": name or user_name,
            "role": role,
        },
    )
    with writing(database) as session:
        row, password = person_records.create(session, None, body)
    # After the commit: what is printed must be good.
    console.print(row.id, highlight=False)
    console.print(password, highlight=False, soft_wrap=True)


def reset_password(console: Console, database: Database, user_name: str) -> None:
    """Set a temporary password, and print it."""
    with writing(database) as session:
        password = logins.reset_password(session, user_name)
    console.print(password, highlight=False, soft_wrap=True)
