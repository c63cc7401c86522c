"""A file of past placements is read whole, or refused with the lines that are wrong."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from service.errors import Invalid
from service.index.learning import Placement
from service.jobs import placements

HEAD = "project_id,date,text,profile_id\n"
GOOD = HEAD + "1,2001-03,木质家具,331126\n2,2002-12-31,\"胶合板,\n五金\",330421\n"  # fmt: skip
READ = [
    Placement("木质家具", "331126", date(2001, 3, 1)),
    Placement("胶合板,\n五金", "330421", date(2002, 12, 31)),
]


def test_a_file_is_read_plain_or_gzipped_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    for name, data in (
        ("a.csv", GOOD.encode()),
        ("b.csv", GOOD.encode("utf-8-sig")),
        ("c.csv.gz", gzip.compress(GOOD.encode())),
        ("d.csv", GOOD.replace("\n", "\r\n").replace("胶合板,\r\n", "胶合板,\n").encode()),
    ):
        (tmp_path / name).write_bytes(data)
        assert placements.read(tmp_path / name) == READ, name


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        (b"", "/line/1", "missing_columns"),
        (b"project_id,date,text\n", "/line/1", "missing_columns"),
        ((HEAD + "1,2001,木,331126\n").encode(), "/line/2", "bad_date"),
        ((HEAD + "1,2001-02-30,木,331126\n").encode(), "/line/2", "bad_date"),
        ((HEAD + "1,2001-02,木,33112\n").encode(), "/line/2", "bad_region"),
        ((HEAD + "1,2001-02, ,331126\n").encode(), "/line/2", "no_text"),
        ((HEAD + "1,2001-02\n").encode(), "/line/2", "bad_region"),
        ((GOOD + "3,,木,331126\n").encode(), "/line/5", "bad_date"),
        ((HEAD + "1,2001-02,家具厂,331126\n").encode("gb18030"), "/line/1", "unreadable"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, data: bytes, pointer: str, code: str) -> None:
    path = tmp_path / "past.csv"
    path.write_bytes(data)
    with pytest.raises(Invalid) as refused:
        placements.read(path)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "past.csv.gz"
    for data in (gzip.compress(GOOD.encode() * 50)[:-20], b"not gzip"):
        path.write_bytes(data)
        with pytest.raises(Invalid) as refused:
            placements.read(path)
        assert refused.value.errors[-1].code == "unreadable"
