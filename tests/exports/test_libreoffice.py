"""What an office opens: LibreOffice reads the same figures out of the files. Skipped where it is missing."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import World
from tests.exports.conftest import Exports, Pair

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
