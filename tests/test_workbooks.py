"""Workbooks: bounded before they are parsed, inert when they are opened."""

from __future__ import annotations

import io
import resource
import time
import zipfile

import pytest

from service.errors import Invalid
from service.workbooks import Limits, inert, read_rows, write_sheet

SHEET = "xl/worksheets/sheet1.xml"


def plain(rows: int = 3) -> bytes:
    return write_sheet("表", ("甲", "乙"), [(f"第{i}行", float(i)) for i in range(rows)])


def changed(content: bytes, **parts: bytes) -> bytes:
    """The workbook with some of its parts replaced; ``sheet`` is the first sheet."""
    names = {"sheet": SHEET}
    replaced = {names.get(name, name): text for name, text in parts.items()}
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            archive.writestr(part.filename, replaced.pop(part.filename, source.read(part)))
        for name, text in replaced.items():
            archive.writestr(name, text)
    return target.getvalue()


def sheet(cells: bytes, before: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>' + before + b'<worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><sheetData>' + cells + b"</sheetData></worksheet>"
    )


def far(address: bytes) -> bytes:
    row = address.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return sheet(b'<row r="' + row + b'"><c t="n" r="' + address + b'"><v>1</v></c></row>')


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]>"
)
HOSTILE = {
    "far cell": changed(plain(), sheet=far(b"XFD1048576")),
    "far column": changed(plain(), sheet=far(b"BN1")),
    "far row": changed(plain(), sheet=far(b"A2001")),
    "wide": changed(
        plain(),
        sheet=sheet(
            b'<row r="1">'
            + b"".join(
                b'<c r="%s1"><v>1</v></c>' % (b"A" * (1 + i // 26) + b"%c" % (65 + i % 26))
                for i in range(300)
            )
            + b"</row>"
        ),
    ),
    "far cell in single quotes": changed(
        plain(), sheet=far(b"XFD1048576").replace(b'"XFD1048576"', b"'XFD1048576'")
    ),
    "far cell with blanks": changed(plain(), sheet=far(b"XFD1048576").replace(b' r="XFD', b' \n r = "XFD')),
    "far cell behind a bracket": changed(plain(), sheet=far(b"XFD1048576").replace(b'<c t="n"', b'<c t=">"')),
    "far row of cells without an address": changed(
        plain(), sheet=sheet(b'<row r="1048576"><c><v>1</v></c></row>')
    ),
    "wide without addresses": changed(
        plain(), sheet=sheet(b'<row r="1">' + b"<c><v>1</v></c>" * 10_000 + b"</row>")
    ),
    "a sheet under another name": changed(
        plain(),
        **{
            "xl/_rels/workbook.xml.rels": zipfile.ZipFile(io.BytesIO(plain()))
            .read("xl/_rels/workbook.xml.rels")
            .replace(b"worksheets/sheet1.xml", b"elsewhere/data.xml"),
            "xl/elsewhere/data.xml": far(b"XFD1048576"),
        },
    ),
    "a text that all cells share": write_sheet("x", ("a",), [("长" * 30_000,)] * 1_900),
    "bomb": changed(plain(), sheet=sheet(b" " * 200_000_000)),
    "entities": changed(plain(), sheet=sheet(b'<row r="1"><c r="A1"><v>&l;</v></c></row>', ENTITIES)),
    "many parts": changed(plain(), **{f"xl/extra{i}.xml": b"<x/>" for i in range(300)}),
    "another encoding": changed(plain(), sheet=far(b"A1").decode().encode("utf-16")),
    "no workbook": b"name,land_mu\n",
    "empty": b"",
    "half": plain()[:-200],
    "a zip of something else": changed(plain(), **{"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_with_bounded_memory(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with pytest.raises(Invalid) as told:
        read_rows(HOSTILE[name])
    assert told.value.code in {"not_a_workbook", "workbook_too_large"}
    # Seconds of this process's own work, far above what it takes: a guard against work without a bound.
    assert time.process_time() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_an_address_on_the_seam_of_two_chunks_is_seen() -> None:
    for pad in range(65_400, 65_560, 7):
        content = changed(plain(), sheet=sheet(b" " * pad + b'<row r="1"><c r="ZZ9"><v>1</v></c></row>'))
        with pytest.raises(Invalid):
            read_rows(content)


def test_what_is_written_is_read_back() -> None:
    assert read_rows(plain(2)) == [["甲", "乙"], ["第0行", 0.0], ["第1行", 1.0]]
    largest = Limits()
    content = write_sheet("x", ["h"] * largest.columns, [[1.0] * largest.columns] * (largest.rows - 1))
    assert len(read_rows(content)) == largest.rows


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","点我")', "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_could_be_a_formula_opens_as_text(text: str) -> None:
    assert inert(text) == f"'{text}"
    content = write_sheet("x", [text], [[text]], notes=[text])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read(SHEET)
        assert not any("hyperlink" in name for name in archive.namelist())
    read = [str(row[0]).replace("\r", "\n") for row in read_rows(content)]
    assert read == [inert(text).replace("\r", "\n")] * 3


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("家具", "1-2", "a=b", "", "'x"):
        assert inert(text) == text
