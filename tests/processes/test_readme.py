"""The README's lines do what the README says, on a server as `make run` starts it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.processes.serving import ROOT, SHANHAI, Server, environment

GUIDES = ("README.md", "README.zh.md")


def curl_block(guide: str) -> str:
    """The block of a guide that does the main job."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / guide).read_text(encoding="utf-8"), re.M | re.S)
    (found,) = [block for block in blocks if "curl" in block]
    return found


def test_both_guides_have_the_same_ten_lines() -> None:
    lines, translated = (curl_block(guide) for guide in GUIDES)
    assert lines == translated
    assert len(lines.splitlines()) == 10


def test_the_ten_lines_of_curl_do_the_main_job_on_a_fresh_demo(tmp_path: Path, sqlite_template: Path) -> None:
    assert shutil.which("curl"), "curl is what the README tells to use"
    (tmp_path / "data").mkdir()
    # Migrated already, which saves seconds; the demo is entered by the command of `make run`.
    shutil.copy(sqlite_template, tmp_path / "data" / "shanhai.db")
    settings = environment("", tmp_path / "data")
    shown = subprocess.run(
        [SHANHAI, "demo"],
        env={**os.environ, **settings},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "庆元县" in shown.stdout
    server = Server(settings)
    try:
        server.wait()
        script = curl_block("README.md").replace("http://127.0.0.1:8000", server.url)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        server.kill()
    assert done.returncode == 0, done.stderr
    _assert_main_job(done.stdout)


def _assert_main_job(said: str) -> None:
    decoder, answers, rest = json.JSONDecoder(), [], said.strip()
    while rest:
        answer, end = decoder.raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].lstrip()
    ranking, exclusions, before, after = answers
    assert [item["rank"] for item in ranking["items"]] == [1, 2, 3]
    assert exclusions["items"][0]["cheapest_fix"]
    assert not before["eligible"]
    (failure,) = before["failures"]
    assert (failure["rule"], failure["unit"]) == ("enough_land", "mu")
    (step,) = before["cheapest_fix"]
    assert (step["field"], step["from"], step["to"]) == ("land_mu", 45, 60)
    assert after["eligible"]
    assert after["rank"] >= 1
    assert after["profile"]["id"] == before["profile"]["id"]
