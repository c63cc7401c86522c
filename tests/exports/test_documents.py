"""Place sheets and folders: the figures of the API, in DOCX and PDF, within limits, or a clear refusal."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from service.exports import fonts
from service.exports.kind import file_name
from service.exports.refusals import ExportRefused
from service.exports.typesetting import to_pdf
from tests.conftest import World
from tests.exports.conftest import Exports, Pair


def document(content: bytes) -> str:
    """The words of a DOCX, a space between two cells."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        xml = archive.read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", re.sub(r"</w:(p|tc)>", " ", xml))


def asked_of(pair: Pair) -> dict[str, str]:
    return {"project_id": pair.project["id"], "profile_id": pair.profile["id"]}


def test_a_sheet_says_what_the_api_says_of_the_pair(exports: Exports, world: World, pair: Pair) -> None:
    asked = asked_of(pair)
    told = world.get("jiashan", f"/v1/projects/{asked['project_id']}/matches/{asked['profile_id']}").json()
    text = document(exports.file("jiashan", "place_sheet", "docx", **asked))
    assert f"{100 * told['score']:.1f}" in text
    assert told["summary"] in text
    assert f"第 {told['rank']} 名" in text
    assert told["model_version"] in _footer(exports, asked)
    for line in told["contributions"]:
        assert line["reason"] in text, line["criterion"]
        said = "缺数" if line["unknown"] else f"{100 * line['utility']:.0f}%"
        assert said in text, line["criterion"]
    assert "东经 119.0625°，北纬 27.6215°" in text
    assert "宿舍床位" in text
    assert "{{" not in text
    assert "{%" not in text


def _footer(exports: Exports, asked: dict[str, str]) -> str:
    content = exports.file("jiashan", "place_sheet", "docx", **asked)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.startswith("word/footer")]
        return "".join(archive.read(name).decode() for name in names)


def test_a_bar_is_as_long_as_the_fit(exports: Exports, world: World, pair: Pair) -> None:
    asked = asked_of(pair)
    told = world.get("jiashan", f"/v1/projects/{asked['project_id']}/matches/{asked['profile_id']}").json()
    content = exports.file("jiashan", "place_sheet", "docx", **asked)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
    bars = re.findall(
        r'<w:tblW w:w="2560" w:type="dxa"/>.*?<w:tblGrid>(.*?)</w:tblGrid>.*?w:fill="(\w+)"', xml
    )
    assert len(bars) == len(told["contributions"])
    for (grid, fill), line in zip(bars, told["contributions"], strict=True):
        widths = [int(width) for width in re.findall(r'w:w="(\d+)"', grid)]
        assert sum(widths) == 2560
        filled = 0 if fill == "E3E9EC" else widths[0]
        assert filled == round(2560 * line["utility"]), line["criterion"]


def test_a_place_that_is_not_admitted_has_its_rules_sources_and_the_cheapest_change(
    exports: Exports, world: World, pair: Pair
) -> None:
    short = world.profile(site_name="小园区", land_mu=20)
    asked = {"project_id": pair.project["id"], "profile_id": short["id"]}
    told = world.get("jiashan", f"/v1/projects/{asked['project_id']}/matches/{asked['profile_id']}").json()
    assert not told["eligible"]
    text = document(exports.file("jiashan", "place_sheet", "docx", **asked))
    assert "未通过准入：1 条规则不符" in text
    for failure in told["failures"]:
        assert failure["reason"] in text
        assert failure["source"] in text
    assert "土地 20 → 61.37 亩" in text
    assert f"可排第 {told['rank_if_fixed']} 名" in text


def test_markup_in_a_name_stays_letters(exports: Exports, world: World) -> None:
    name = "<w:b/> & {{ 7 * 7 }} #pagebreak() $x$ *粗*"
    asked = {
        "project_id": world.project(name=name)["id"],
        "profile_id": world.profile(description="第一行\n第二行 <b>")["id"],
    }
    content = exports.file("jiashan", "place_sheet", "docx", **asked)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
    assert "&lt;w:b/&gt; &amp; {{ 7 * 7 }} #pagebreak() $x$ *粗*" in xml
    assert "第二行 &lt;b&gt;" in xml
    assert exports.file("jiashan", "place_sheet", "pdf", **asked).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pdf_carries_its_chinese_font(exports: Exports, pair: Pair, language: str) -> None:
    content = exports.file("jiashan", "place_sheet", "pdf", language=language, **asked_of(pair))
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/BaseFont ?/[A-Z]{6}\+NotoSansCJK", content)


def test_the_packaged_font_is_there_so_that_no_system_needs_one() -> None:
    own = fonts.packaged()
    assert own is not None
    assert any(own.glob("NotoSansCJK*"))
    assert fonts.families("")[0] == "Noto Sans CJK SC"


def test_the_folder_of_a_visit_has_every_place_its_members_and_a_calendar(
    exports: Exports, world: World, pair: Pair
) -> None:
    content = exports.file("jiashan", "delegation", "zip", visit_id=pair.visit["id"])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == ["考察手册.pdf", "01 庆元竹木产业园.docx", "行程.ics", "行程.txt"]
        assert archive.read("考察手册.pdf").startswith(b"%PDF-")
        calendar = Calendar.from_ical(archive.read("行程.ics"))
        assert "密封投资方甲乙丙" in document(archive.read("01 庆元竹木产业园.docx"))
        assert archive.read("行程.txt").decode("utf-8-sig").startswith("家具企业考察庆元")
    (event,) = calendar.walk("VEVENT")
    assert "庆元竹木产业园" in str(event["summary"])
    served = world.get("jiashan", f"/v1/visits/{pair.visit['id']}/calendar").text
    assert str(event["uid"]) in served


def test_a_visit_without_a_project_has_sheets_of_the_places_alone(
    exports: Exports, world: World, pair: Pair
) -> None:
    body = {
        "purpose": "考察载体",
        "starts_on": "2026-12-08",
        "ends_on": "2026-12-08",
        "stops": [{"profile_id": pair.profile["id"], "on": "2026-12-08"}],
    }
    visit = world.post("jiashan", "/v1/visits", body).json()
    content = exports.file("jiashan", "delegation", "zip", visit_id=visit["id"])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        text = document(archive.read("01 庆元竹木产业园.docx"))
    assert "载体概况" in text
    assert "综合得分" not in text


def test_without_a_font_a_pdf_is_refused_and_a_docx_is_not(
    exports: Exports, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    fonts._found.cache_clear()
    try:
        job = exports.job("jiashan", "place_sheet", "pdf", **asked_of(pair))
        assert (job["state"], job["problem"]["code"], job["attempts"]) == ("failed", "font_missing", 1)
        assert "SHANHAI_FONT_DIR" in job["problem"]["detail"]
        assert exports.file("jiashan", "place_sheet", "docx", **asked_of(pair))
    finally:
        monkeypatch.undo()
        fonts._found.cache_clear()


def _typeset(path: Path, seconds: float, **data: Any) -> None:
    whole = {
        "title": "", "labels": {"service": "", "page": "{} {}"}, "language": "zh", "date": "", "basis": "",
        "visit": None, "sheets": [], **data,
    }  # fmt: skip
    to_pdf(whole, path, families=fonts.families(""), font_dirs=fonts.directories(""), seconds=seconds)


def test_typesetting_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refused:
        _typeset(tmp_path / "a.pdf", 0.001)
    assert refused.value.code == "too_slow_to_render"
    assert not (tmp_path / "a.pdf").exists()


def test_a_typesetter_that_gives_up_is_told_without_its_words(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refused:
        _typeset(tmp_path / "a.pdf", 60, sheets=[{}])
    assert refused.value.code == "not_rendered"
    assert "sheet.typ" not in refused.value.detail


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["推介书", "甲/乙:丙", "2026-12-01"], "推介书 甲 乙 丙 2026-12-01.pdf"),
        (["..", "a\\b\r\nc"], "a b c.pdf"),
        (["", "x" * 300], "x" * 120 + ".pdf"),
    ],
)
def test_a_file_has_a_name_that_any_system_takes(parts: list[str], name: str) -> None:
    assert file_name(parts, "pdf") == name
