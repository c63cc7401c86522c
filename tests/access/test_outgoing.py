"""What this service sends goes to no address inside, to the one that was checked, and not for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from service.access import outgoing
from service.access.outgoing import Answered, Refused, TimedOut, Unreachable, check_url, post
from tests.receiving import receiving

PUBLIC = "93.184.216.34"
# Address, whether it may be asked where private ones may.
INSIDE = [
    ("10.0.0.1", True),
    ("172.16.0.1", True),
    ("192.168.1.1", True),
    ("127.0.0.1", True),
    ("::1", True),
    ("fd00::1", True),
    ("::ffff:10.0.0.1", True),
    ("::ffff:127.0.0.1", True),
    ("0.0.0.0", False),
    ("::", False),
    ("100.64.0.1", False),
    ("224.0.0.1", False),
    ("255.255.255.255", False),
    ("240.0.0.1", False),
    ("ff02::1", False),
    ("169.254.169.254", False),
    ("fe80::1", False),
    ("::ffff:169.254.169.254", False),
    ("fd00:ec2::254", False),
    ("100.100.100.200", False),
    ("168.63.129.16", False),
    ("::ffff:168.63.129.16", False),
    # IPv4 in disguise: translated, tunnelled, compatible.
    ("64:ff9b::7f00:1", False),
    ("64:ff9b::a9fe:a9fe", False),
    ("2002:7f00:1::", False),
    ("2001:0:7f00:1::", False),
    ("::7f00:1", False),
]


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have each look-up answered by the next list of addresses; the names that were asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(2, 1, 6, "", (address, port)) for address in found]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    return asked


@pytest.fixture
def went(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which a request would have gone."""
    went: list[str] = []

    def send(_url: str, _host: str, address: Any, *_: Any) -> Answered:
        went.append(str(address))
        return Answered(204, None)

    monkeypatch.setattr(outgoing, "_post", send)
    return went


@pytest.mark.parametrize(("address", "if_allowed"), INSIDE)
def test_an_address_inside_is_refused_as_a_literal_and_behind_a_name(
    monkeypatch: pytest.MonkeyPatch, went: list[str], address: str, if_allowed: bool
) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused):
        check_url(f"https://{literal}/hook", allow_private=False)
    resolving(monkeypatch, [address])
    for url in (f"https://{literal}/hook", "https://name.example/hook"):
        with pytest.raises(Refused):
            post(url, b"", {}, allow_private=False)
    assert went == []
    if if_allowed:
        check_url(f"https://{literal}/hook", allow_private=True)
        assert post("https://name.example/hook", b"", {}, allow_private=True).status == 204
        return
    with pytest.raises(Refused):
        check_url(f"https://{literal}/hook", allow_private=True)
    with pytest.raises(Refused):
        post("https://name.example/hook", b"", {}, allow_private=True)


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch, went: list[str]
) -> None:
    resolving(monkeypatch, [PUBLIC, "10.0.0.1"])
    with pytest.raises(Refused, match="leads to 10"):
        post("https://name.example/hook", b"", {}, allow_private=False)
    assert went == []


def test_a_name_that_leads_inside_a_moment_later_leads_to_what_was_checked(
    monkeypatch: pytest.MonkeyPatch, went: list[str]
) -> None:
    asked = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])
    assert post("https://rebinding.example/hook", b"", {}, allow_private=False).status == 204
    assert (asked, went) == (["rebinding.example"], [PUBLIC])
    with pytest.raises(Refused):
        post("https://rebinding.example/hook", b"", {}, allow_private=False)
    assert went == [PUBLIC]


def test_the_connection_itself_is_made_to_the_checked_address_and_asks_no_resolver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1].partition("/")[0]
        # The first answer is this machine; whoever asked again would be sent to where nobody is.
        own = socket.getaddrinfo
        asked: list[str] = []

        def look_up(host: Any, *rest: Any, **more: Any) -> Any:
            if host != "rebinding.example":
                return own(host, *rest, **more)
            asked.append(host)
            address = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
            return [(2, 1, 6, "", (address, int(port)))]

        monkeypatch.setattr("socket.getaddrinfo", look_up)
        answer = post(f"http://rebinding.example:{port}/hook", b"{}", {"a": "b"}, allow_private=True)
    assert (answer.status, asked) == (204, ["rebinding.example"])
    (received,) = receiver.received
    assert received.headers["host"] == f"rebinding.example:{port}"
    assert (received.headers["a"], received.content) == ("b", b"{}")


@pytest.mark.parametrize(
    "url",
    [
        "http://name.example/hook",
        "ftp://name.example/hook",
        "https:///hook",
        "https://user:password@name.example/hook",
        "https://user@name.example/hook",
        "https://name.example:99999/hook",
        "https://name.example:0/hook",
        "https://[::1/hook",
        "https://[fe80::1%25eth0]/hook",
        "https://\u3002/hook",
    ],
)
def test_what_is_no_plain_https_address_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    asked = resolving(monkeypatch, [PUBLIC])
    with pytest.raises(Unreachable):
        check_url(url, allow_private=False)
    assert asked == []


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with receiving() as receiver:
        receiver.answer = lambda _number: (307, {"Location": receiver.url})
        assert post(receiver.url, b"{}", {}, allow_private=True).status == 307
    assert len(receiver.received) == 1


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with receiving() as receiver:
        assert post(receiver.url, b"{}", {}, allow_private=True).status == 204


@contextmanager
def speaking(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says this to whoever connects, whatever was asked."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            opened, _ = listener.accept()
            with opened:
                say(opened)
        except OSError:
            # The other side has hung up, as it should.
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        listener.close()
        thread.join(10)


def _drip(head: bytes) -> Callable[[socket.socket], None]:
    def say(opened: socket.socket) -> None:
        opened.sendall(head)
        while True:
            opened.sendall(b"a")
            time.sleep(0.02)

    return say


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nx: ", b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_receiver_that_drips_bytes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    # Long enough for a status to come in on a busy machine: building the client alone can take half a second.
    monkeypatch.setattr(outgoing, "_SECONDS_IN_ALL", 3.0)
    done: list[object] = []

    def ask() -> None:
        try:
            done.append(post(url, b"{}", {}, allow_private=True))
        except Unreachable as error:
            done.append(error)

    with speaking(_drip(head)) as url:
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
    (outcome,) = done
    # Whose status came in time has answered; nobody waits for the rest.
    is_answered = isinstance(outcome, Answered) and outcome.status == 200
    assert is_answered if head.endswith(b"\r\n\r\n") else isinstance(outcome, TimedOut), outcome


def test_of_an_endless_answer_no_more_is_read_than_a_little() -> None:
    sent: list[int] = []

    def say(opened: socket.socket) -> None:
        opened.recv(65536)
        opened.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sent.append(opened.send(b"a" * 65536))

    with speaking(say) as url:
        assert post(url, b"{}", {}, allow_private=True).status == 200
    assert sum(sent) < 64 * 1024 * 1024


def test_nobody_at_the_other_end_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable):
        post(f"http://127.0.0.1:{port}/hook", b"{}", {}, allow_private=True)


def test_a_link_to_nowhere_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(Unreachable, match="not known"):
        post("https://nowhere.example/hook", b"{}", {}, allow_private=False)
