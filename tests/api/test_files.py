"""Files over HTTP: sent within limits, read with a key or by a link, and never by anybody else."""

from __future__ import annotations

import errno
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, func, select, update
from starlette.testclient import TestClient

from service.access.audit import AuditEvent
from service.access.policy import Permission
from service.api import uploads
from service.api.pages import Signer
from service.database import Database, now, reading, writing
from service.domain import files
from service.domain.files import CHUNK_BYTES, File, FileChunk
from service.errors import Conflict
from service.settings import Settings
from tests.conftest import World

CONTENT = bytes(range(256)) * 3000  # three pieces, the last one shorter
TABLE = "名称,亩\n庆元竹木产业园,120\n".encode("gb18030")


def _send(world: World, content: Any = TABLE, who: str = "jiashan", **more: Any) -> Any:
    headers = {"Content-Type": "text/csv", **more.pop("headers", {})}
    name = more.pop("name", "资源.csv")
    return world.call(who, "POST", "/v1/files", params={"name": name}, content=content, headers=headers)


def _count(database: Database) -> tuple[int, int]:
    with reading(database) as session:
        rows = (session.exec(select(func.count()).select_from(table)).one() for table in (File, FileChunk))
        return tuple(rows)  # type: ignore[return-value]


# Sending and reading


def test_what_was_sent_is_read_back_with_a_key_and_by_the_link(world: World, database: Database) -> None:
    sent = _send(world, CONTENT, headers={"Content-Type": "text/html"}, name='报表 "一".html')
    assert sent.status_code == 201, sent.text
    told = sent.json()
    assert sent.headers["location"] == f"/v1/files/{told['id']}"
    assert (told["size_bytes"], told["sha256"]) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert (told["name"], told["media_type"]) == ('报表 "一".html', "text/html")
    assert _count(database) == (1, 3)
    read = world.get("jiashan", f"/v1/files/{told['id']}")
    assert (read.status_code, read.headers["etag"], read.json()["id"]) == (200, '"v1"', told["id"])
    for answer in (
        world.get("jiashan", f"/v1/files/{told['id']}/content"),
        world.get(None, told["link"]),
        world.get("qingyuan", read.json()["link"]),
    ):
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert answer.headers["content-type"] == "text/html"
        assert answer.headers["content-length"] == str(len(CONTENT))
        # No browser opens it as a page of this service.
        assert answer.headers["content-disposition"] == (
            "attachment; filename*=UTF-8''%E6%8A%A5%E8%A1%A8%20%22%E4%B8%80%22.html"
        )
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_bytes_are_neither_decoded_nor_parsed_whatever_they_are_said_to_be(world: World) -> None:
    for media_type in ("application/json", "text/csv; charset=gb18030", "application/merge-patch+json"):
        sent = _send(world, TABLE + b"\xff{", headers={"Content-Type": media_type})
        assert sent.status_code == 201, sent.text
        answer = world.get(None, sent.json()["link"])
        assert (answer.content, answer.headers["content-type"]) == (
            TABLE + b"\xff{",
            media_type.partition(";")[0],
        )


def test_a_file_is_sent_once_under_its_key_and_the_link_is_made_anew(
    world: World, database: Database
) -> None:
    key = {"Idempotency-Key": "monday"}
    first, again = _send(world, headers=key), _send(world, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert world.get(None, again.json()["link"]).content == TABLE
    assert _count(database) == (1, 1)
    other = _send(world, TABLE + b"\n", headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_sending_is_on_record(world: World, database: Database) -> None:
    told = _send(world).json()
    with reading(database) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.noun == "file")).one()
    assert (event.action, event.noun_id) == ("file.create", told["id"])
    assert event.detail == {"name": "资源.csv", "size_bytes": len(TABLE), "sha256": told["sha256"]}


@pytest.mark.parametrize("sizes", [[], [1], [CHUNK_BYTES], [CHUNK_BYTES + 1], [3] * 5, [700_000, 0, 9]])
def test_pieces_of_any_size_come_out_as_they_went_in(
    world: World, database: Database, sizes: list[int]
) -> None:
    parts = [bytes([number + 65]) * size for number, size in enumerate(sizes)]
    with writing(database) as session:
        keep = timedelta(days=1)
        row = files.store(session, world.actors["jiashan"], "a", "text/plain", iter(parts), keep=keep)
    with reading(database) as session:
        pieces = list(files.content(session, row.id))
    assert b"".join(pieces) == b"".join(parts)
    assert {len(piece) for piece in pieces[:-1]} <= {CHUNK_BYTES}
    assert row.size_bytes == sum(sizes)


# Who may


def test_a_file_is_nobody_elses(world: World) -> None:
    told = _send(world).json()
    for who in ("qingyuan", "zhejiang", "platform"):
        for path in ("", "/content"):
            hidden = world.get(who, f"/v1/files/{told['id']}{path}")
            random = world.get(who, f"/v1/files/fil_00000000000000000000000000{path}")
            assert hidden.status_code == random.status_code == 404
            assert {**hidden.json(), "request_id": ""} == {**random.json(), "request_id": ""}


def test_a_file_that_needs_a_permission_is_shown_to_who_has_it(world: World, database: Database) -> None:
    auditor, clerk = world.person("jiashan", "auditor"), world.person("jiashan", "clerk")
    with writing(database) as session:
        row = files.store(
            session, world.actors["jiashan"], "audit.csv", "text/csv", [b"x"],
            keep=timedelta(days=1), needs=Permission.AUDIT_READ,
        )  # fmt: skip
    for path in (f"/v1/files/{row.id}", f"/v1/files/{row.id}/content"):
        assert (world.get(auditor, path).status_code, world.get(clerk, path).status_code) == (200, 404)


def test_who_only_reads_sends_nothing(world: World, database: Database) -> None:
    who = world.person("jiashan", "viewer")
    refused = _send(world, who=who)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_role")
    assert world.client.post("/v1/files?name=a", content=b"x").status_code == 401
    assert _count(database) == (0, 0)


# Links


def _changed(link: str, **members: str) -> str:
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | members
    return f"{parts.path}?{httpx.QueryParams(query)}"


def test_whatever_is_wrong_with_a_link_is_answered_alike(
    world: World, database: Database, settings: Settings
) -> None:
    told, other = _send(world).json(), _send(world).json()
    link = told["link"]
    expires, signature = (parse_qs(urlsplit(link).query)[name][0] for name in ("expires", "signature"))
    content = f"/v1/files/{told['id']}/content"
    wrong = [
        _changed(link, signature=signature[:-1] + ("0" if signature[-1] != "0" else "1")),
        _changed(link, signature=signature.upper()),
        _changed(link, signature=""),
        _changed(link, signature="é"),
        _changed(link, expires=str(int(expires) + 1)),
        _changed(link, expires=f"{expires}.0"),
        _changed(link, expires=f" {expires}"),
        _changed(link, expires="-1"),
        _changed(link, expires="9" * 5000),
        link.replace(told["id"], other["id"]),
        link.replace(told["id"], "fil_00000000000000000000000000"),
        f"{content}?expires={expires}",
        f"{content}?signature={signature}",
    ]
    said = set()
    for who in (None, "qingyuan"):
        for address in wrong:
            answer = world.get(who, address)
            assert answer.status_code == 404, address
            said.add(str({**answer.json(), "request_id": ""}))
    assert len(said) == 1
    assert world.get(None, link).status_code == 200
    assert world.get(None, content).status_code == 401


def _set(database: Database, file_id: str, **ago: float) -> None:
    with writing(database) as session:
        statement = update(File).where(col(File.id) == file_id)
        session.execute(statement.values(expires_at=now(session) - timedelta(**ago)))


def test_a_link_lapses_in_a_day_and_never_after_its_file(world: World, database: Database) -> None:
    told = _send(world).json()
    with reading(database) as session:
        instant = now(session).timestamp()
    (expires,) = parse_qs(urlsplit(told["link"]).query)["expires"]
    assert 86_300 < int(expires) - instant <= 86_400
    _set(database, told["id"], seconds=-90)
    (sooner,) = parse_qs(urlsplit(world.get("jiashan", f"/v1/files/{told['id']}").json()["link"]).query)[
        "expires"
    ]
    assert int(sooner) - instant < 100


def test_a_lapsed_link_and_a_lapsed_file_are_not_there(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _send(world).json()
    monkeypatch.setattr(files, "LINK_LASTS", timedelta(seconds=-1))
    lapsed = world.get("jiashan", f"/v1/files/{told['id']}").json()["link"]
    assert world.get(None, lapsed).status_code == 404
    assert world.get(None, told["link"]).status_code == 200
    _set(database, told["id"], seconds=1)
    for who, address in (
        (None, told["link"]),
        ("jiashan", f"/v1/files/{told['id']}"),
        ("jiashan", f"/v1/files/{told['id']}/content"),
    ):
        assert world.get(who, address).status_code == 404


def test_a_worker_that_began_before_its_database_was_there_signs_as_the_others_do(
    world: World, app: FastAPI
) -> None:
    told = _send(world).json()
    app.state.signer = Signer("")
    assert world.get(None, told["link"]).status_code == 200
    forged = files._signature(told["id"], "9999999999", b"")
    address = f"/v1/files/{told['id']}/content?expires=9999999999&signature={forged}"
    assert world.get(None, address).status_code == 404


# Limits


@pytest.fixture
def settings(database_url: str, tmp_path: Any) -> Settings:
    return Settings(
        database_url=database_url, data_dir=tmp_path, pool_size=10, max_file_bytes=1_000_000,
        max_body_bytes=2048, file_timeout_seconds=0.6,
    )  # fmt: skip


def test_a_file_may_be_larger_than_a_body_but_not_than_a_file(world: World, database: Database) -> None:
    assert _send(world, b"x" * 1_000_000).status_code == 201
    refused = _send(world, b"x" * 1_000_001)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert _count(database) == (1, 4)
    # Elsewhere the limit of bodies holds.
    too_large = world.post("jiashan", "/v1/projects", {"name": "x" * 3000})
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")


def test_a_file_for_which_the_temporary_storage_has_no_room_is_told_so_and_its_place_is_free_again(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("service.api.uploads.SpooledTemporaryFile.write", full)
        for _ in range(uploads.AT_ONCE + 1):
            refused = _send(world)
            assert (refused.status_code, refused.json()["code"]) == (503, "storage_full")
    assert _count(database) == (0, 0)
    assert _send(world).status_code == 201


class Wire:
    """A request as a server hands it over: it sees what was asked of the client, and when."""

    def __init__(self, app: FastAPI, headers: dict[str, str], path: str = "/v1/files?name=a.csv") -> None:
        self.app, self.asked_for = app, 0
        self.status, self.parts = 0, list[bytes]()
        parts = urlsplit(path)
        sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self.scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": parts.path, "raw_path": parts.path.encode(), "root_path": "",
            "query_string": parts.query.encode(), "headers": sent,
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip

    async def run(self, *messages: Any) -> int:
        """Send these messages, then nothing any more."""
        waiting = list(messages)

        async def receive() -> Any:
            self.asked_for += 1
            if not waiting:
                await anyio.sleep_forever()
            return waiting.pop(0)

        async def send(message: Any) -> None:
            self.status = message.get("status", self.status)
            self.parts.append(message.get("body", b""))

        await self.app(self.scope, receive, send)
        return self.status


def _part(content: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


@pytest.mark.parametrize(
    ("who", "length", "status"), [("jiashan", "1000001", 413), ("viewer", "10", 403), (None, "10", 401)]
)
def test_nothing_is_read_of_what_is_refused_anyway(
    world: World, client: TestClient, who: str | None, length: str, status: int
) -> None:
    headers = {"Content-Length": length}
    if who is not None:
        name = world.person("jiashan", "viewer") if who == "viewer" else who
        headers["Authorization"] = f"Bearer {world.secrets[name]}"
    wire = Wire(client.app, headers)  # type: ignore[arg-type]
    assert client.portal is not None
    assert client.portal.call(wire.run, _part(b"x" * 10)) == status
    assert wire.asked_for == 0


def test_a_file_whose_size_was_not_said_is_read_no_further_than_it_may_be_large(
    world: World, database: Database, client: TestClient
) -> None:
    wire = Wire(client.app, {"Authorization": f"Bearer {world.secrets['jiashan']}"})  # type: ignore[arg-type]
    assert client.portal is not None
    assert client.portal.call(wire.run, *[_part(b"x" * 100_000)] * 50) == 413
    assert wire.asked_for == 11
    assert _count(database) == (0, 0)


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([_part(b"a,b\n")], b"body_too_slow"),
        ([_part(b"a,b\n"), {"type": "http.disconnect"}], b"disconnected"),
    ],
)
def test_a_file_that_does_not_come_whole_is_not_stored(
    world: World, database: Database, client: TestClient, messages: list[Any], code: bytes
) -> None:
    wire = Wire(client.app, {"Authorization": f"Bearer {world.secrets['jiashan']}"})  # type: ignore[arg-type]
    assert client.portal is not None
    assert client.portal.call(wire.run, *messages) == 408
    assert code in b"".join(wire.parts)
    assert _count(database) == (0, 0)


def test_a_few_files_are_taken_in_at_once_and_one_more_is_sent_away(world: World, client: TestClient) -> None:
    headers = {"Authorization": f"Bearer {world.secrets['jiashan']}"}
    app: Any = client.app
    slow = [Wire(app, headers) for _ in range(uploads.AT_ONCE)]

    async def together() -> tuple[int, list[int]]:
        statuses: list[int] = []

        async def one(wire: Wire) -> None:
            statuses.append(await wire.run(_part(b"a,b\n")))

        async with anyio.create_task_group() as tasks:
            for wire in slow:
                tasks.start_soon(one, wire)
            while not all(wire.asked_for > 1 for wire in slow):
                await anyio.sleep(0.005)
            refused = await Wire(app, headers).run(_part(b"a", more=False))
        return refused, statuses

    assert client.portal is not None
    refused, statuses = client.portal.call(together)
    assert (refused, statuses) == (503, [408] * uploads.AT_ONCE)
    # And room is made again.
    assert _send(world).status_code == 201


@pytest.mark.parametrize(
    ("content", "headers", "name", "pointer"),
    [
        (b"", {}, "a.csv", ""),
        (b"x", {"Content-Type": "not a type"}, "a.csv", "/header/content-type"),
        (b"x", {"Content-Type": "a/" + "b" * 60}, "a.csv", "/header/content-type"),
        (b"x", {}, "", "/query/name"),
        (b"x", {}, "a\x00.csv", "/query/name"),
        (b"x", {}, "\u202ecsv.exe", "/query/name"),
        (b"x", {}, "a" * 201, "/query/name"),
    ],
)
def test_what_cannot_be_a_file_is_said_where(
    world: World, database: Database, content: bytes, headers: dict[str, str], name: str, pointer: str
) -> None:
    refused = _send(world, content, headers=headers, name=name)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert _count(database) == (0, 0)


def test_an_organisation_cannot_fill_the_disk(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_STORED_BYTES", 100)
    actor, keep = world.actors["jiashan"], timedelta(days=1)
    with writing(database) as session:
        files.store(session, actor, "a", "text/plain", [b"x" * 100], keep=keep)
    refused = _send(world)
    assert (refused.status_code, refused.json()["code"]) == (409, "files_full")
    with pytest.raises(Conflict), writing(database) as session:
        files.store(session, actor, "b", "text/plain", [b"x"], keep=keep)
    assert _send(world, who="qingyuan").status_code == 201
