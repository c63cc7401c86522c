"""Signing in at the organisation's own sign-in service: which id_tokens are believed, and which are not."""

from __future__ import annotations

import json
import ssl
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI

from service.access.oidc import Issuers
from service.access.outgoing import Unreachable, fetch_json
from service.errors import Unavailable
from service.settings import Settings
from tests.api.jwks_server import AUDIENCE, Issuer, issuing, tls_server
from tests.conftest import World


@pytest.fixture(scope="module")
def shared() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


@pytest.fixture
def issuer(shared: Issuer) -> Issuer:
    shared.published, shared.status, shared.asked = ["rsa", "ec"], 200, 0
    return shared


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_private_issuers": True})


@pytest.fixture
def clerk(world: World, issuer: Issuer) -> str:
    """A clerk of Jiashan, which trusts the issuer, with the subject ``s-1``."""
    path = f"/v1/organisations/{world.organisations['jiashan']}/settings"
    assert world.patch("jiashan", path, {"oidc": issuer.settings}).status_code == 200
    person = world.person("jiashan", "clerk")
    entered = world.patch("jiashan", f"/v1/people/{world.people[person]}", {"oidc_subject": "s-1"})
    assert entered.status_code == 200, entered.text
    return person


def sign_in(world: World, id_token: str, who: str = "jiashan") -> Any:
    body = {"organisation_id": world.organisations[who], "id_token": id_token}
    answer = world.client.post("/v1/sessions", json=body)
    world.client.cookies.clear()
    return answer


@pytest.mark.parametrize("key_id", ["rsa", "ec"])
def test_a_good_token_begins_a_session_of_the_person_with_its_subject_once(
    world: World, issuer: Issuer, clerk: str, key_id: str
) -> None:
    token = issuer.token(key_id)
    begun = sign_in(world, token)
    assert begun.status_code == 201, begun.text
    assert begun.json()["person"]["id"] == world.people[clerk]
    # A temporary password, never used, binds nobody who did not sign in with it.
    assert begun.json()["must_change_password"] is False
    cookie = {"Cookie": begun.headers["set-cookie"].partition(";")[0]}
    assert world.client.get("/v1/projects", headers=cookie).status_code == 200
    again = sign_in(world, token)
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_refused")
    other = sign_in(world, issuer.token(key_id), who="anji")
    assert (other.status_code, other.json()["code"]) == (401, "sign_in_refused")


def _unsigned(issuer: Issuer) -> str:
    head, claims, _ = issuer.token().split(".")
    none = urlsafe_b64encode(json.dumps({"alg": "none", "kid": "rsa", "typ": "JWT"}).encode()).decode()
    assert head
    return f"{none.rstrip('=')}.{claims}."


def _signed_with_the_public_key(issuer: Issuer) -> str:
    import hashlib
    import hmac

    head = urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "rsa"}).encode()).decode().rstrip("=")
    content = f"{head}.{issuer.token().split('.')[1]}"
    signature = hmac.new(issuer.public_bytes("rsa"), content.encode(), hashlib.sha256).digest()
    return f"{content}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def _changed(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    claims = issuer.token(sub="s-2").split(".")[1]
    return f"{head}.{claims}.{signature}"


NOW = time.time
BAD: dict[str, Callable[[Issuer], str]] = {
    "another audience": lambda i: i.token(aud="another"),
    "another audience beside": lambda i: i.token(aud=[AUDIENCE, "another"]),
    "authorised for another": lambda i: i.token(azp="another"),
    "another issuer": lambda i: i.token(iss="https://evil.example"),
    "expired": lambda i: i.token(exp=int(NOW()) - 120),
    "not yet": lambda i: i.token(nbf=int(NOW()) + 120),
    "made in the future": lambda i: i.token(iat=int(NOW()) + 120),
    "not made just now": lambda i: i.token(iat=int(NOW()) - 400),
    "without exp": lambda i: i.token(exp=None),
    "without iat": lambda i: i.token(iat=None),
    "without sub": lambda i: i.token(sub=None),
    "without aud": lambda i: i.token(aud=None),
    "without iss": lambda i: i.token(iss=None),
    "an endless exp": lambda i: i.token(exp=float("inf")),
    "an iat of text": lambda i: i.token(iat="now"),
    "a number for a subject": lambda i: i.token(sub=1),
    "an unknown subject": lambda i: i.token(sub="s-2"),
    "alg none": _unsigned,
    "HS256 with the public key": _signed_with_the_public_key,
    "changed": _changed,
    "an unknown key": lambda i: i.token(said_id="unknown"),
    "another key's id": lambda i: i.token("rsa", said_id="ec"),
    "signed with another key": lambda i: i.token("rsa", signed_with="ec"),
    "RS512": lambda i: jwt.encode({}, i.keys["rsa"][1], algorithm="RS512", headers={"kid": "rsa"}),
    "without kid": lambda i: jwt.encode({}, i.keys["rsa"][1], algorithm="RS256"),
    "no token": lambda i: "not.a.token",
    "deep": lambda i: urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30.e30",
}


def test_a_token_that_is_not_good_begins_nothing_and_is_told_nothing(
    world: World, issuer: Issuer, clerk: str
) -> None:
    said = {name: sign_in(world, make(issuer)) for name, make in BAD.items()}
    statuses = {name: (answer.status_code, answer.json()["code"]) for name, answer in said.items()}
    assert statuses == dict.fromkeys(BAD, (401, "sign_in_refused"))
    details = {answer.json()["detail"] for answer in said.values()}
    assert len(details) == 1
    assert sign_in(world, issuer.token()).status_code == 201


def test_a_disabled_person_and_the_subject_of_another_issuer_do_not_sign_in(
    world: World, issuer: Issuer, clerk: str
) -> None:
    path = f"/v1/organisations/{world.organisations['jiashan']}/settings"
    moved = issuer.settings | {"issuer": "https://other.example"}
    assert world.patch("jiashan", path, {"oidc": moved}).status_code == 200
    # The same `sub` of another issuer is somebody else.
    assert sign_in(world, issuer.token(iss="https://other.example")).status_code == 401
    assert world.patch("jiashan", path, {"oidc": issuer.settings}).status_code == 200
    assert sign_in(world, issuer.token(jti="a")).status_code == 201
    disable = f"/v1/people/{world.people[clerk]}/disable"
    assert world.call("jiashan", "POST", disable, headers={"If-Match": "*"}).status_code == 200
    assert sign_in(world, issuer.token(jti="b")).status_code == 401
    assert world.patch("jiashan", path, {"oidc": None}).status_code == 200
    assert sign_in(world, issuer.token(jti="c")).status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_issuer_that_does_not_answer_is_said_to_be_unavailable(
    world: World, app: FastAPI, issuer: Issuer, clerk: str
) -> None:
    issuer.status = 500
    answer = sign_in(world, issuer.token())
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unavailable")
    assert answer.headers["Retry-After"] == "60"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_keys_are_kept_for_an_hour_and_an_unknown_one_is_asked_for_once_a_minute(issuer: Issuer) -> None:
    clock = Clock()
    issuers = Issuers(allow_private=True, clock=clock)

    def subject(key_id: str = "rsa") -> str | None:
        settings = issuer.settings
        return issuers.subject_of(issuer.token(key_id), issuer.url, AUDIENCE, settings["jwks_uri"])

    issuer.published = ["rsa"]
    assert [subject() for _ in range(3)] == ["s-1"] * 3
    assert issuer.asked == 1
    # A key that is not known: asked for once, then not again for a minute, however often it comes.
    clock.seconds = 100
    assert [subject("ec") for _ in range(3)] == [None] * 3
    assert issuer.asked == 2
    # Meanwhile it is published: found when the minute is over.
    issuer.published = ["rsa", "ec"]
    clock.seconds = 159
    assert subject("ec") is None
    clock.seconds = 160
    assert subject("ec") == "s-1"
    assert issuer.asked == 3
    # After an hour all are asked for anew, and one that is gone is believed no more.
    issuer.published = ["ec"]
    clock.seconds = 160 + 3599
    assert subject() == "s-1"
    clock.seconds = 160 + 3600
    assert subject() is None
    assert issuer.asked == 4
    # Old keys do not outlive their hour because the issuer is down.
    issuer.status = 500
    clock.seconds += 3600
    for _ in range(2):
        with pytest.raises(Unavailable):
            subject("ec")
    assert issuer.asked == 5


@pytest.mark.parametrize(
    "found",
    [None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [1, None, {}, {"kty": "RSA", "kid": "rsa"}]}],
)
def test_what_is_no_set_of_keys_is_as_good_as_none(issuer: Issuer, found: Any) -> None:
    issuers = Issuers(allow_private=True, fetch=lambda url: found)
    with pytest.raises(Unavailable):
        issuers.subject_of(issuer.token(), issuer.url, AUDIENCE, "https://a.example/keys")


@pytest.mark.parametrize(
    ("url", "allow_private"),
    [
        ("https://127.0.0.1/keys", False),
        ("https://localhost/keys", False),
        ("https://10.0.0.1/keys", False),
        ("https://192.168.1.1/keys", False),
        ("https://172.16.0.1/keys", False),
        ("https://100.64.0.1/keys", False),
        ("https://[::1]/keys", False),
        ("https://[fd00::1]/keys", False),
        ("https://[::ffff:127.0.0.1]/keys", False),
        ("https://0.0.0.0/keys", True),
        # Where clouds keep what opens everything.
        ("https://169.254.169.254/latest/meta-data", True),
        ("https://[fe80::1]/keys", True),
        ("https://[::ffff:169.254.169.254]/keys", True),
        ("http://10.0.0.1/keys", True),
        ("http://127.0.0.1/keys", False),
        ("ftp://127.0.0.1/keys", True),
        ("file:///etc/passwd", True),
        ("https:///keys", True),
        ("https://[::1/keys", True),
        ("https://127.0.0.1:99999/keys", True),
    ],
)
def test_no_address_inside_is_asked(monkeypatch: pytest.MonkeyPatch, url: str, allow_private: bool) -> None:
    asked: list[str] = []
    monkeypatch.setattr("service.access.outgoing._get", lambda url, *_: asked.append(url) or b"{}")
    with pytest.raises(Unreachable):
        fetch_json(url, allow_private=allow_private)
    assert asked == []


def test_a_redirect_an_endless_answer_and_text_are_refused(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "keys" in fetch_json(f"{issuer.url}/keys", allow_private=True)
    issuer.status = 302
    asked = issuer.asked
    with pytest.raises(Unreachable, match="302"):
        fetch_json(f"{issuer.url}/keys", allow_private=True)
    assert issuer.asked == asked + 1
    issuer.status = 200
    monkeypatch.setattr("service.access.outgoing._MOST_BYTES", 100)
    with pytest.raises(Unreachable, match="too long"):
        fetch_json(f"{issuer.url}/keys", allow_private=True)
    monkeypatch.setattr("service.access.outgoing._get", lambda *_: b"<html>")
    with pytest.raises(Unreachable):
        fetch_json(f"{issuer.url}/keys", allow_private=True)


def test_the_certificate_is_checked_for_the_name_though_the_connection_goes_to_the_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "certificate.pem"
    own_client = httpx.Client

    def client(**options: Any) -> httpx.Client:
        return own_client(verify=ssl.create_default_context(cafile=str(certificate)), **options)

    monkeypatch.setattr(httpx, "Client", client)
    with tls_server("login.example.cn", certificate) as port:
        here = [(2, 1, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: here)
        found = fetch_json(f"https://login.example.cn:{port}/keys", allow_private=True)
        assert found == {"host": f"login.example.cn:{port}"}
        with pytest.raises(Unreachable, match="Hostname mismatch"):
            fetch_json(f"https://evil.example.cn:{port}/keys", allow_private=True)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        # Public when it is checked, private a moment later.
        address = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(2, 1, 6, "", (address, 443))]

    went: list[tuple[str, str]] = []

    def get(url: str, host: str, address: Any) -> bytes:
        went.append((host, str(address)))
        return b"{}"

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    monkeypatch.setattr("service.access.outgoing._get", get)
    assert fetch_json("https://rebinding.example/keys", allow_private=False) == {}
    assert went == [("rebinding.example", "93.184.216.34")]
    with pytest.raises(Unreachable, match="leads to"):
        fetch_json("https://rebinding.example/keys", allow_private=False)
