"""What is sealed from an organisation over the API is in no file that it can have made."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from service.exports import sheets_of_places
from service.exports.kinds import KINDS
from tests.api.ledger import claim
from tests.exports.conftest import SEALED_OF_PROFILE, SEALED_OF_PROJECT, Exports, Pair, Year

OUTSIDERS = ("qingyuan", "jiuzhaigou", "anji", "zhejiang", "platform")


def texts(content: bytes) -> str:
    """Everything that is written in a file, packed parts too."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return "\n".join(texts(archive.read(name)) for name in archive.namelist())


def everything(exports: Exports, who: str, pair: Pair, year: Year, typeset: list[str]) -> dict[str, str]:
    """What every kind in every format holds for one organisation; nothing where it is refused."""
    named: dict[str, Any] = {
        "matches": {"project_id": pair.project["id"]},
        "exclusions": {"project_id": pair.project["id"]},
        "place_sheet": {"project_id": pair.project["id"], "profile_id": pair.profile["id"]},
        "delegation": {"visit_id": pair.visit["id"]},
        "assessment": year.asked,
        "submission": {"submission_id": year.submission["id"]},
    }
    found = {}
    for kind in KINDS.values():
        for form in kind.formats:
            parameters = named.get(kind.name, {})
            asked = exports.ask(who, kind.name, form, **parameters)
            if asked.status_code == 404:
                continue
            typeset.clear()
            content = exports.file(who, kind.name, form, **parameters)
            found[f"{kind.name}.{form}"] = texts(content) + "".join(typeset)
    return found


@pytest.fixture
def typeset(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went into PDF: the letters in a PDF are numbers of glyphs, which no search finds."""
    kept: list[str] = []

    def keep(data: Any, path: Path, **_: Any) -> None:
        kept.append(json.dumps(data, ensure_ascii=False))
        path.write_bytes(b"%PDF")

    monkeypatch.setattr(sheets_of_places, "to_pdf", keep)
    return kept


def test_no_file_of_an_outsider_holds_what_is_sealed(
    exports: Exports, pair: Pair, year: Year, typeset: list[str]
) -> None:
    for who in OUTSIDERS:
        found = everything(exports, who, pair, year, typeset)
        assert len(found) >= 7, who
        for name, text in found.items():
            for sealed in SEALED_OF_PROJECT:
                assert sealed not in text, (who, name, sealed)
            if who != "qingyuan":
                for sealed in SEALED_OF_PROFILE:
                    assert sealed not in text, (who, name, sealed)
            assert "内部跟进事项" not in text, (who, name)


def test_the_owners_files_do_hold_it_so_that_the_search_can_find_it(
    exports: Exports, pair: Pair, year: Year, typeset: list[str]
) -> None:
    own = everything(exports, "jiashan", pair, year, typeset)
    assert set(own) == {f"{kind.name}.{form}" for kind in KINDS.values() for form in kind.formats}
    sheets = ("place_sheet.docx", "place_sheet.pdf", "delegation.pdf", "delegation.zip")
    for name in sheets:
        for sealed in ("密封投资方甲乙丙", "绝密产品", "61.37"):
            assert sealed in own[name], (name, sealed)
    for sealed in SEALED_OF_PROJECT:
        assert sealed in own["projects.xlsx"], sealed
    assert "内部跟进事项" in own["delegation.pdf"]
    theirs = everything(exports, "qingyuan", pair, year, typeset)
    for sealed in SEALED_OF_PROFILE:
        assert sealed in theirs["profiles.xlsx"], sealed
        assert sealed in theirs["place_sheet.docx"], sealed
    for sealed in SEALED_OF_PROFILE:
        assert all(sealed not in text for text in own.values()), sealed


def test_who_sees_neither_project_nor_visit_is_answered_as_for_a_random_id(
    exports: Exports, pair: Pair, year: Year
) -> None:
    nobody = exports.ask("anji", "delegation", "pdf", visit_id="vis_01aaaaaaaaaaaaaaaaaaaaaaaa")
    jiashan = exports.world.organisations["jiashan"]
    for kind, form, parameters in (
        ("delegation", "pdf", {"visit_id": pair.visit["id"]}),
        ("matches", "xlsx", {"project_id": pair.project["id"]}),
        ("place_sheet", "docx", {"project_id": pair.project["id"], "profile_id": pair.profile["id"]}),
        ("assessment", "xlsx", {**year.asked, "organisation_id": jiashan}),
        ("submission", "xlsx", {"submission_id": year.submission["id"]}),
    ):
        refused = exports.ask("anji", kind, form, **parameters)
        assert refused.status_code == nobody.status_code == 404
        assert {**refused.json(), "request_id": ""} == {**nobody.json(), "request_id": ""}


def test_the_other_side_reads_the_investor_once_both_have_unsealed_it(exports: Exports, pair: Pair) -> None:
    asked = {"project_id": pair.project["id"], "profile_id": pair.profile["id"]}
    assert "密封投资方甲乙丙" not in texts(exports.file("qingyuan", "place_sheet", "docx", **asked))
    for who in ("jiashan", "qingyuan"):
        path = f"/v1/opportunities/{pair.opportunity['id']}/unsealing"
        assert exports.world.post(who, path, None).is_success
    assert "密封投资方甲乙丙" in texts(exports.file("qingyuan", "place_sheet", "docx", **asked))
    assert "密封投资方甲乙丙" not in texts(exports.file("jiuzhaigou", "place_sheet", "docx", **asked))


def test_a_name_that_is_sealed_later_is_left_out_of_the_ledger_of_others(
    exports: Exports, pair: Pair
) -> None:
    evidence = [{"source": "新投资方集团验资报告", "document_no": "庆验〔2026〕12号"}]
    claim(exports.world, opportunity_id=pair.opportunity["id"], evidence=evidence)
    changed = exports.world.patch(
        "jiashan", f"/v1/projects/{pair.project['id']}", {"investor_name": "新投资方集团"}
    )
    assert changed.is_success, changed.text
    (own,) = exports.sheets("jiashan", "ledger_entries")["台账"]
    assert own["数据来源"] == "新投资方集团验资报告、庆验〔2026〕12号"
    for who in ("qingyuan", "zhejiang"):
        (theirs,) = exports.sheets(who, "ledger_entries")["台账"]
        assert theirs["数据来源"] == "＊＊＊验资报告、庆验〔2026〕12号", who
