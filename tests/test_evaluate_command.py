"""The command `shanhai evaluate`, called in this process on files small enough to read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service import cli
from service.errors import Invalid

PROFILES = (
    "profile_id,province,text\n"
    "330101,浙江省,木家具、沙发\n"
    "330102,浙江省,药品、药材\n"
    "510101,四川省,水泵、阀门\n"
)
PLACEMENTS = "project_id,date,text,profile_id\n0,1999-05,家具制造,330101\n1,2000-01,水泵销售,510101\n"
QUERIES = "project_id,date,text,profile_id\n7,2003-02,沙发,330101\n8,2003-02,阀门,510101\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "profiles.csv").write_text(PROFILES, encoding="utf-8")
    (tmp_path / "placements.csv.gz").write_bytes(gzip.compress(PLACEMENTS.encode()))
    (tmp_path / "queries.csv").write_text(QUERIES, encoding="utf-8")
    names = {"profiles": "profiles.csv", "placements": "placements.csv.gz", "queries": "queries.csv"}
    return [part for option, name in names.items() for part in (f"--{option}", str(tmp_path / name))]


@pytest.mark.parametrize("mode", [["--cold"], []], ids=["cold", "warm"])
def test_evaluate_prints_json_alone_on_standard_output(files, mode):
    answer = CliRunner().invoke(cli.app, ["evaluate", *files, *mode, "--json"])
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    own = report["shanhai"]
    assert own["all"]["mrr"] == own["in_province"]["mrr"] == 1.0
    assert {"mrr", "mrr_low", "mrr_high", "hit@1", "hit@5", "hit@10", "ndcg@10"} <= own["all"].keys()
    assert set(own["gain_over_best"]) == {"baseline", "mean", "low", "high"}
    assert {"random", "popularity", "char_tfidf", "bm25", "naive_bayes"} <= report.keys()


def test_evaluate_prints_a_table_with_every_method(files, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    answer = CliRunner().invoke(cli.app, ["evaluate", *files, "--cold"])
    assert answer.exit_code == 0, answer.output
    for said in ("All candidates", "Within the truth's province", "naive_bayes", "shanhai", "Paired gain"):
        assert said in answer.stdout


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("profiles.csv", "profile_id,text\n330101,家具\n", "missing_columns"),
        ("profiles.csv", "profile_id,province,text\n330101,浙江省,家具\n", "no_split"),
        ("queries.csv", "project_id,date,text,profile_id\n", "no_split"),
        ("queries.csv", "project_id,date,text,profile_id\n7,2003,沙发,330101\n", "bad_date"),
    ],
)
def test_evaluate_says_what_is_wrong_with_a_file(files, tmp_path, name, content, code):
    (tmp_path / name).write_text(content, encoding="utf-8")
    answer = CliRunner().invoke(cli.app, ["evaluate", *files, "--cold"])
    assert isinstance(answer.exception, Invalid)
    assert answer.exception.errors[0].code == code
