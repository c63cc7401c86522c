"""What an office opens: LibreOffice reads the same figures out of the files. Skipped where it is missing."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.assessing import page_of
from tests.conftest import World
from tests.exports.conftest import Exports, Pair, Year, opened

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")


def converted(content: bytes, name: str, form: str, folder: Path) -> Path:
    """The file as LibreOffice writes it anew in another format."""
    source = folder / name
    source.write_bytes(content)
    assert OFFICE is not None
    home = f"-env:UserInstallation=file://{folder}/office"
    command = [OFFICE, home, "--headless", "--convert-to", form, "--outdir", str(folder / "out"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "out" / f"{source.stem}.{form.split(':', maxsplit=1)[0]}"


def test_libreoffice_reads_the_figures_of_the_api(
    exports: Exports, world: World, pair: Pair, tmp_path: Path
) -> None:
    world.project(name='=HYPERLINK("http://evil.example","x")')
    content = exports.file("jiashan", "projects")
    table = converted(content, "projects.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1", tmp_path)
    lines = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))
    head = next(i for i, line in enumerate(lines) if line[1])
    first, second = (dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 : head + 3])
    own = world.get("jiashan", f"/v1/projects/{pair.project['id']}").json()
    assert float(first["土地（亩）"]) == own["land_mu"]
    assert float(first["固定资产投资（万元）"].replace(",", "")) == own["fixed_investment_10k_cny"]
    assert second["项目名称"] == '\'=HYPERLINK("http://evil.example","x")'


def test_libreoffice_opens_the_sheet(exports: Exports, pair: Pair, tmp_path: Path) -> None:
    asked = {"project_id": pair.project["id"], "profile_id": pair.profile["id"]}
    content = exports.file("jiashan", "place_sheet", "docx", **asked)
    text = converted(content, "sheet.docx", "txt:Text", tmp_path).read_text(encoding="utf-8-sig")
    assert "密封投资方甲乙丙" in text
    assert "庆元竹木产业园" in text


def test_libreoffice_reads_the_points_of_the_page_out_of_the_assessment_form(
    exports: Exports, world: World, year: Year, tmp_path: Path
) -> None:
    content = exports.file("jiashan", "assessment", **year.asked)
    page = page_of(world)
    again = converted(content, "assessment.xlsx", "xlsx", tmp_path).read_bytes()
    *lines, total = opened(again)["考核表"]
    titles = {
        "指标": "name",
        "任务数": "target",
        "完成数（已认定）": "done",
        "申报数": "claimed",
        "完成率": "ratio",
        "得分（分）": "points",
        "失分（分）": "points_lost",
        "待定（分）": "points_open",
        "预计得分（分）": "points_expected",
    }
    for line, item in zip(lines, page["indicators"], strict=True):
        told = [None if line[title] == "" else line[title] for title in titles]
        assert told == [item[name] for name in titles.values()], item["code"]
        assert line["预计期末：一般"] == item["projection"]["expected"]
    summary = page["summary"]
    assert (total["得分（分）"], total["失分（分）"], total["待定（分）"]) == (
        summary["points"],
        summary["points_lost"],
        summary["points_open"],
    )
    assert summary["points"] > 0
