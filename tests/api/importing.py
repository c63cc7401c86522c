"""What the tests of imports over HTTP share: sheets, and an import that is asked for and done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.database import Database
from service.index import MatchIndex
from service.jobs.runner import drain
from service.settings import Settings
from service.workbooks import write_sheet
from tests.conftest import World

TITLES = (
    "项目名称",
    "投资方",
    "行业代码",
    "来源地代码",
    "用地需求（公顷）",
    "用电负荷(MW)",
    "固定资产投资（亿元）",
)
ROWS: list[list[Any]] = [
    ["木门项目", "甲公司", "C2110", 330421, 4, 2.25, 1.8],
    ["橱柜项目", "乙公司", "C2110", "330421", "３．５", "1,800kVA", "18,000万元"],
]


def sheet(titles: Sequence[str] = TITLES, rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    """A workbook with these rows."""
    return write_sheet("表", titles, rows)


def asked(world: World, who: str, content: bytes, name: str = "rows.xlsx", **body: Any) -> Any:
    """The answer to an import of this content, which nobody has done yet."""
    sent = world.call(who, "POST", "/v1/files", params={"name": name}, content=content)
    assert sent.status_code == 201, sent.text
    form = name.rpartition(".")[2]
    body = {"file_id": sent.json()["id"], "kind": "projects", "format": form, **body}
    return world.post(who, "/v1/imports", body)


class Office:
    """Asks for imports on behalf of an organisation, and has them done."""

    def __init__(self, world: World, database: Database, directory: Path) -> None:
        self._world, self._database = world, database
        self._settings = Settings(data_dir=directory, pool_size=10)

    def work(self) -> int:
        """Do what is due; how many attempts that took."""
        return drain(self._database, self._settings, MatchIndex())

    def done(self, who: str, content: bytes, name: str = "rows.xlsx", **body: Any) -> dict[str, Any]:
        """The import after its job has ended."""
        answer = asked(self._world, who, content, name, **body)
        assert answer.status_code == 202, answer.text
        assert answer.headers["Location"] == f"/v1/imports/{answer.json()['id']}"
        assert self.work() == 1
        return dict(self._world.get(who, f"/v1/imports/{answer.json()['id']}").json())

    def errors(self, who: str, import_id: str) -> list[tuple[int, str | None, str, str]]:
        """What was told of the rows, over as many pages as it takes."""
        found, cursor = [], {}
        while True:
            path = f"/v1/imports/{import_id}/errors"
            page = self._world.get(who, path, params={"limit": 2, **cursor}).json()
            found += [(e["line"], e["column"], e["pointer"], e["code"]) for e in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
            if page["next_cursor"] is None:
                return found
