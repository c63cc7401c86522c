"""The receiver that docs/alerts.md shows does what the guide says of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.jobs.webhooks import Envelope

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "alerts.md"
SECRET = "whsec_" + "QUJD" * 8
CONTENT = b'{"id":"evt_1","type":"webhook.test","subject_id":"whk_1","data":{}}'


@pytest.fixture
def receiver() -> Iterator[tuple[str, dict[str, Any]]]:
    """The address of the guide's receiver, and the names that it has defined."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(code.replace("whsec_…", SECRET), "alerts.md", "exec"), names)
    names["Receiver"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", names
    server.shutdown()
    server.server_close()
    thread.join(10)


def send(url: str, secrets: list[str], at: datetime, content: bytes = CONTENT) -> int:
    headers = Envelope(url, secrets, "evt_1", CONTENT).headers(at)
    return httpx.post(url, content=content, headers=headers).status_code


def test_the_receiver_of_the_guide_takes_what_is_signed_and_handles_it_once(
    receiver: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, names = receiver
    now = datetime.now(UTC)
    assert send(url, [SECRET], now) == send(url, ["whsec_" + "REVG" * 8, SECRET], now) == 204
    assert names["handled"] == {"evt_1"}
    assert capsys.readouterr().out == "webhook.test whk_1 {}\n"
    assert send(url, ["whsec_" + "REVG" * 8], now) == 400
    assert send(url, [SECRET], now - timedelta(minutes=6)) == 400
    assert send(url, [SECRET], now, CONTENT.replace(b"whk_1", b"whk_2")) == 400
