"""What the tests of alerts share: feeds, webhooks with a receiver, and time that passes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session, select

from service.database import Database, writing
from service.domain.deliveries import Delivery, Webhook
from service.domain.jobs import Job
from service.domain.saved_searches import SearchProgress
from service.jobs.runner import drain
from service.settings import Settings
from tests.conftest import World


def feed(world: World, who: str, **query: Any) -> list[dict[str, Any]]:
    """All events of an organisation, oldest first, a few at a time."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        answer = world.get(who, "/v1/events", params={"limit": 3, **query, **after})
        assert answer.status_code == 200, answer.text
        said = answer.json()
        found += said["items"]
        if not said["has_more"]:
            return found
        after = {"after": said["next_after"]}


def told(world: World, who: str, type: str) -> list[dict[str, Any]]:
    """The data of an organisation's events of a type."""
    return [event["data"] for event in feed(world, who, type=type)]


def hooked(world: World, url: str, who: str = "jiashan", **fields: Any) -> dict[str, Any]:
    """A webhook of the organisation."""
    answer = world.post(who, "/v1/webhooks", {"url": url, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def deliveries(world: World, webhook: dict[str, Any], who: str = "jiashan") -> list[dict[str, Any]]:
    """Deliveries to a webhook, oldest first."""
    answer = world.get(who, f"/v1/webhooks/{webhook['id']}/deliveries", params={"limit": 100})
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["items"]))


def work(world: World, database: Database, settings: Settings) -> int:
    """Run all jobs that are due, on the application's own index."""
    app: Any = world.client.app
    assert isinstance(app, FastAPI)
    return drain(database, settings, app.state.index)


_INSTANTS = {
    Job: ("run_after", "due_at"),
    Delivery: ("created_at", "next_attempt_at"),
    Webhook: ("failing_since", "rests_until", "previous_until"),
    SearchProgress: ("instant",),
}


def pass_time(database: Database, by: timedelta) -> None:
    """Put all instants that are waited for into the past, as time would: nothing else is written."""
    with writing(database) as session:
        for model, names in _INSTANTS.items():
            _shift(session, model, names, by)


def _shift(session: Session, model: Any, names: tuple[str, ...], by: timedelta) -> None:
    for row in session.exec(select(model)):
        for name in names:
            instant: datetime | None = getattr(row, name)
            if instant is not None:
                setattr(row, name, instant - by)
        session.add(row)
