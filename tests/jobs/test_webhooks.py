"""Webhooks: signed, tried again over seven days, each attempt on record, given up where nobody is."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from standardwebhooks import WebhookVerificationError

from service.access.audit import AuditEvent
from service.database import Database, reading, writing
from service.domain import deliveries as delivering
from service.domain.deliveries import DELAYS, PATIENCE, Webhook
from service.domain.events import emit
from service.domain.jobs import Job
from service.settings import Settings
from tests.alerting import deliveries, feed, hooked, pass_time, told, work
from tests.api.test_opportunities import move, opened
from tests.conftest import World
from tests.receiving import Received, Receiver, receiving

HOOK = "https://hooks.example/shanhai"
NOBODYS = "whk_01aaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_private_webhooks": True})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def happen(database: Database, world: World, who: str = "jiashan", type: Any = "job.finished") -> str:
    """The id of an event of the organisation."""
    with writing(database) as session:
        (event,) = emit(session, type, "job_1", {"job_id": "job_1"}, [world.organisations[who]])
    return event.id


def read(world: World, webhook: dict[str, Any]) -> dict[str, Any]:
    return dict(world.get("jiashan", f"/v1/webhooks/{webhook['id']}").json())


def verified(received: Received, *secrets: str) -> bool:
    return all(received.is_signed_with(secret) for secret in secrets)


def test_what_happens_is_sent_signed_and_says_what_the_feed_says(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    webhook = hooked(world, receiver.url)
    assert len(base64.b64decode(webhook["secret"].removeprefix("whsec_"))) == 32
    record = opened(world)
    move(world, "qingyuan", record, "contacted")
    work(world, database, settings)
    events = feed(world, "jiashan")
    assert [one.event for one in receiver.received] == [
        {
            "id": event["id"],
            "type": "opportunity.stage_changed",
            "timestamp": event["occurred_at"],
            "subject_id": record["id"],
            "data": event["data"],
        }
        for event in events
    ]
    for one, event in zip(receiver.received, events, strict=True):
        assert verified(one, webhook["secret"])
        assert one.id == event["id"]
        assert one.headers["content-type"] == "application/json"
        with pytest.raises(WebhookVerificationError):
            one.is_signed_with("whsec_" + base64.b64encode(b"another").decode())
    for delivery, event in zip(deliveries(world, webhook), events, strict=True):
        assert (delivery["state"], delivery["event_id"]) == ("delivered", event["id"])
        (attempt,) = delivery["attempts"]
        assert (attempt["status"], attempt["error"]) == (204, None)
        one = world.get("jiashan", f"/v1/webhooks/{webhook['id']}/deliveries/{delivery['id']}")
        assert one.json() == delivery
    # The other side's events go to the other side's webhooks.
    assert len(feed(world, "qingyuan")) == len(events)
    assert work(world, database, settings) == 0


def test_only_the_types_that_are_wanted_are_sent_and_nothing_of_before(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    happen(database, world)
    webhook = hooked(world, receiver.url, event_types=["job.finished"])
    wanted = happen(database, world)
    happen(database, world, type="import.finished")
    happen(database, world, who="anji")
    work(world, database, settings)
    assert receiver.ids() == [wanted]
    assert len(deliveries(world, webhook)) == 1


def test_a_receiver_that_fails_is_asked_again_and_again_for_seven_days(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    webhook = hooked(world, receiver.url)
    statuses = [500, 302, 404, 429]
    receiver.answer = lambda number: (statuses[number % 4], {"Location": receiver.url})
    event_id = happen(database, world)
    waits = []
    while (delivery := deliveries(world, webhook)[0])["state"] == "pending":
        work(world, database, settings)
        waiting = deliveries(world, webhook)[0]
        # Asked again before its time, it is not sent.
        assert len(receiver.received) == len(waiting["attempts"]) == len(delivery["attempts"]) + 1
        if waiting["state"] == "pending":
            last = waiting["attempts"][-1]["at"]
            wait = datetime.fromisoformat(waiting["next_attempt_at"]) - datetime.fromisoformat(last)
            waits.append(wait)
            pass_time(database, max(wait, timedelta(hours=1)) + timedelta(seconds=1))
    assert delivery["state"] == "failed"
    for wait, planned in zip(waits, DELAYS, strict=False):
        assert 0.79 * planned <= wait <= 1.21 * planned + timedelta(seconds=5)
    assert timedelta(days=6) < sum(waits, timedelta()) <= PATIENCE
    assert set(receiver.ids()) == {event_id}
    assert {one.event["id"] for one in receiver.received} == {event_id}
    assert [attempt["status"] for attempt in delivery["attempts"]][:4] == statuses


def test_a_receiver_that_comes_back_is_sent_what_it_has_missed(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    webhook = hooked(world, receiver.url)
    receiver.answer = lambda _number: (503, {"Retry-After": "3600"})
    missed = {happen(database, world) for _ in range(5)}
    work(world, database, settings)
    # After three failures it rests: what is new waits too, and nobody's time is spent on it.
    assert len(receiver.received) == delivering.FAILURES_BEFORE_REST
    missed.add(happen(database, world))
    work(world, database, settings)
    assert len(receiver.received) == delivering.FAILURES_BEFORE_REST
    assert read(world, webhook)["failing_since"] is not None
    first = deliveries(world, webhook)[0]
    wished = datetime.fromisoformat(first["next_attempt_at"]) - datetime.fromisoformat(first["created_at"])
    assert wished > timedelta(minutes=59)
    receiver.answer = lambda _number: (200, {})
    pass_time(database, timedelta(hours=2))
    work(world, database, settings)
    assert {delivery["state"] for delivery in deliveries(world, webhook)} == {"delivered"}
    assert set(receiver.ids()) == missed
    assert read(world, webhook)["failing_since"] is None


def test_whoever_says_gone_is_sent_nothing_any_more(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    webhook = hooked(world, receiver.url)
    receiver.answer = lambda _number: (410, {})
    happen(database, world)
    happen(database, world)
    work(world, database, settings)
    assert len(receiver.received) == 1
    now = read(world, webhook)
    assert (now["enabled"], now["disabled_because"]) == (False, "gone")
    assert [delivery["state"] for delivery in deliveries(world, webhook)] == ["failed", "cancelled"]
    assert told(world, "jiashan", "webhook.disabled") == [{"webhook_id": webhook["id"], "because": "gone"}]
    with reading(database) as session:
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.noun == "webhook")).all()
    assert actions == ["webhook.create", "webhook.disable"]
    path = f"/v1/webhooks/{webhook['id']}"
    for part, body in (("test", None), ("deliveries", {"event_id": feed(world, "jiashan")[0]["id"]})):
        refused = world.post("jiashan", f"{path}/{part}", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
    # On again, it is sent what happens from now on.
    receiver.answer = lambda _number: (204, {})
    assert world.patch("jiashan", path, {"enabled": True}).json()["disabled_because"] is None
    happen(database, world)
    work(world, database, settings)
    assert len(receiver.received) == 2


def test_where_nothing_arrives_for_seven_days_it_is_disabled(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    webhook = hooked(world, receiver.url)
    receiver.answer = lambda _number: (500, {})
    happen(database, world)
    work(world, database, settings)
    pass_time(database, timedelta(days=6, hours=23))
    happen(database, world)
    work(world, database, settings)
    assert read(world, webhook)["enabled"] is True
    pass_time(database, timedelta(hours=2))
    work(world, database, settings)
    assert read(world, webhook)["disabled_because"] == "failing"
    assert told(world, "jiashan", "webhook.disabled") == [{"webhook_id": webhook["id"], "because": "failing"}]


def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    first = hooked(world, receiver.url)
    path = f"/v1/webhooks/{first['id']}/secret"
    assert world.call("jiashan", "POST", path).status_code == 428
    second = world.call("jiashan", "POST", path, headers={"If-Match": '"v1"'}).json()
    assert second["secret"] != first["secret"]
    assert "secret" not in read(world, first)
    happen(database, world)
    work(world, database, settings)
    assert verified(receiver.received[0], first["secret"], second["secret"])
    pass_time(database, timedelta(hours=25))
    happen(database, world)
    work(world, database, settings)
    assert verified(receiver.received[1], second["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(receiver.received[1], first["secret"])


def test_a_test_event_goes_to_this_webhook_alone_whatever_it_wants(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    with receiving() as another:
        hooked(world, another.url)
        webhook = hooked(world, receiver.url, event_types=["import.finished"])
        sent = world.post("jiashan", f"/v1/webhooks/{webhook['id']}/test", None)
        assert (sent.status_code, sent.json()["state"]) == (201, "pending"), sent.text
        work(world, database, settings)
        assert another.received == []
    (received,) = receiver.received
    assert (received.event["type"], received.id) == ("webhook.test", sent.json()["event_id"])
    assert received.event["data"] == {"webhook_id": webhook["id"]}


def test_an_event_is_delivered_again_under_the_same_id(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    missed = happen(database, world)
    webhook = hooked(world, receiver.url)
    event_id = happen(database, world)
    work(world, database, settings)
    for wanted in (event_id, missed):
        path = f"/v1/webhooks/{webhook['id']}/deliveries"
        again = world.post("jiashan", path, {"event_id": wanted})
        assert (again.status_code, again.json()["event_id"]) == (201, wanted), again.text
        work(world, database, settings)
    assert receiver.ids() == [event_id, event_id, missed]
    assert len({one.content for one in receiver.received}) == 2
    theirs = happen(database, world, who="anji")
    for unknown in (theirs, "evt_01aaaaaaaaaaaaaaaaaaaaaaaa"):
        refused = world.post("jiashan", f"/v1/webhooks/{webhook['id']}/deliveries", {"event_id": unknown})
        assert refused.status_code == 422
        assert [error["code"] for error in refused.json()["errors"]] == ["unknown_event"]


def test_a_webhook_that_is_removed_is_sent_nothing_that_waits(
    world: World, database: Database, settings: Settings, receiver: Receiver
) -> None:
    webhook = hooked(world, receiver.url)
    happen(database, world)
    assert world.delete("jiashan", f"/v1/webhooks/{webhook['id']}").status_code == 204
    work(world, database, settings)
    assert receiver.received == []
    assert world.get("jiashan", f"/v1/webhooks/{webhook['id']}").status_code == 404
    with reading(database) as session:
        assert session.get_one(Webhook, webhook["id"]).secret == ""


def test_a_name_that_leads_inside_when_it_is_delivered_is_not_asked(
    world: World,
    database: Database,
    settings: Settings,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = int(receiver.url.rsplit(":", 1)[1].partition("/")[0])
    webhook = hooked(world, f"https://rebinding.example:{port}/hook")
    happen(database, world)
    inside = [(2, 1, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr("service.access.outgoing.socket.getaddrinfo", lambda *_, **__: inside)
    work(world, database, settings.model_copy(update={"allow_private_webhooks": False}))
    (delivery,) = deliveries(world, webhook)
    (attempt,) = delivery["attempts"]
    assert (attempt["status"], attempt["error"]) == (None, "address_refused")
    assert receiver.received == []


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://10.0.0.1/",
        "https://localhost.example:0/",
        "https://169.254.169.254/latest",
        "https://[::ffff:127.0.0.1]/",
        "https://user:password@hooks.example/",
        "ftp://hooks.example/",
        "https://",
        "https://hooks.example/#part",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_that_will_never_be_asked_is_refused_at_once(world: World, url: str) -> None:
    app: Any = world.client.app
    app.state.allow_private_webhooks = False
    webhook = hooked(world, HOOK)
    for refused in (
        world.post("jiashan", "/v1/webhooks", {"url": url}),
        world.patch("jiashan", f"/v1/webhooks/{webhook['id']}", {"url": url}),
    ):
        assert refused.status_code == 422, refused.text
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/url"]


def test_webhooks_are_an_administrators_and_of_one_organisation(world: World) -> None:
    webhook = hooked(world, HOOK)
    assert webhook["id"].startswith("whk_")
    path = f"/v1/webhooks/{webhook['id']}"
    assert [item["id"] for item in world.get("jiashan", "/v1/webhooks").json()["items"]] == [webhook["id"]]
    assert world.get("anji", "/v1/webhooks").json()["items"] == []
    for method, part, body in (
        ("GET", "", None),
        ("GET", "/deliveries", None),
        ("PATCH", "", {"enabled": False}),
        ("DELETE", "", None),
        ("POST", "/secret", None),
        ("POST", "/test", None),
        ("POST", "/deliveries", {"event_id": "evt_01aaaaaaaaaaaaaaaaaaaaaaaa"}),
    ):
        for address in (path, f"/v1/webhooks/{NOBODYS}"):
            answer = world.call("anji", method, address + part, json=body, headers={"If-Match": "*"})
            assert answer.status_code == 404, (method, part, answer.text)
    for role, status in (("administrator", 200), ("clerk", 403), ("viewer", 403), ("auditor", 403)):
        person = world.person("jiashan", role)  # type: ignore[arg-type]
        assert world.get(person, path).status_code == status, role
    stale = world.patch("jiashan", path, {"enabled": False}, etag='"v7"')
    assert stale.status_code == 412
    off = world.patch("jiashan", path, {"enabled": False, "description": "暂停"})
    assert (off.json()["disabled_because"], off.json()["description"]) == ("asked", "暂停")


def test_a_repeated_registration_is_the_same_webhook_without_its_secret(world: World) -> None:
    key = {"Idempotency-Key": "k1"}
    first = world.post("jiashan", "/v1/webhooks", {"url": HOOK}, headers=key)
    again = world.post("jiashan", "/v1/webhooks", {"url": HOOK}, headers=key)
    assert (again.status_code, again.json()) == (201, {**first.json(), "secret": None})


def test_an_organisation_has_so_many_webhooks_and_no_more(world: World) -> None:
    for number in range(20):
        hooked(world, f"{HOOK}/{number}")
    refused = world.post("jiashan", "/v1/webhooks", {"url": HOOK})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")


def test_the_secret_stands_in_no_audit_event_and_no_job(world: World, database: Database) -> None:
    webhook = hooked(world, HOOK)
    happen(database, world)
    with reading(database) as session:
        kept = [str(row.detail) for row in session.exec(select(AuditEvent))]
        kept += [str(row.arguments) for row in session.exec(select(Job))]
    assert kept
    assert not any(webhook["secret"].removeprefix("whsec_") in text for text in kept)
