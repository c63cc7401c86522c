"""Examples of the operations on events, saved searches and webhooks, recorded by tests/record_demo.py."""

from __future__ import annotations

from typing import Any

from service.database import writing
from service.domain import jobs
from service.domain.saved_searches import EXAMPLE as SEARCH
from service.domain.webhooks import EXAMPLE as WEBHOOK
from service.jobs import saved_searches
from service.jobs.runner import drain
from service.settings import Settings

_PATCH = {"headers": {"Content-Type": "application/merge-patch+json"}}
_BUREAU = "330421"


def alerts(recorder: Any, project_id: str) -> None:
    """One example of every operation on alerts."""
    _searches(recorder, project_id)
    _webhooks(recorder)


def _searches(recorder: Any, project_id: str) -> None:
    ask = recorder.ask
    body = {**SEARCH, "project_id": project_id}
    search = ask("create_saved_search", _BUREAU, "POST", "/v1/saved-searches", body)
    _look(recorder.client.app.state)
    path = f"/v1/saved-searches/{search['id']}"
    ask("list_saved_searches", _BUREAU, "GET", "/v1/saved-searches")
    ask("get_saved_search", _BUREAU, "GET", path)
    ask("list_saved_search_hits", _BUREAU, "GET", f"{path}/hits")
    ask("change_saved_search", _BUREAU, "PATCH", path, {"best": 10}, **_PATCH)
    ask("delete_saved_search", _BUREAU, "DELETE", path)


def _look(state: Any) -> None:
    """What a worker would do in a moment."""
    with writing(state.database) as session:
        jobs.enqueue(session, None, saved_searches.KIND, {})
    only = {saved_searches.KIND: saved_searches.evaluate}
    drain(state.database, Settings(), state.index, only)


def _webhooks(recorder: Any) -> None:
    ask = recorder.ask
    followed = ask("list_events", _BUREAU, "GET", "/v1/events", params={"limit": 1})
    event_id = followed["items"][0]["id"]
    ask("get_event", _BUREAU, "GET", f"/v1/events/{event_id}")
    webhook = ask("create_webhook", _BUREAU, "POST", "/v1/webhooks", WEBHOOK)
    path = f"/v1/webhooks/{webhook['id']}"
    ask("list_webhooks", _BUREAU, "GET", "/v1/webhooks")
    ask("get_webhook", _BUREAU, "GET", path)
    ask("rotate_webhook_secret", _BUREAU, "POST", f"{path}/secret")
    ask("send_webhook_test", _BUREAU, "POST", f"{path}/test")
    sent = ask("redeliver_event", _BUREAU, "POST", f"{path}/deliveries", {"event_id": event_id})
    ask("list_deliveries", _BUREAU, "GET", f"{path}/deliveries")
    ask("get_delivery", _BUREAU, "GET", f"{path}/deliveries/{sent['id']}")
    ask("change_webhook", _BUREAU, "PATCH", path, {"enabled": False}, **_PATCH)
    ask("delete_webhook", _BUREAU, "DELETE", path)
