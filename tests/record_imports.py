"""Examples of the operations on imports, recorded on the demo by tests/record_demo.py."""

from __future__ import annotations

from typing import Any

from service.index import MatchIndex
from service.jobs.runner import drain
from service.settings import Settings

_BUREAU = "330421"
_TABLE = (
    "项目名称,投资方,行业代码,来源地代码,用地需求（公顷）,用电容量需求（MW）\n"
    "竹木家具部件,示例木业有限公司,C2110,330421,2.5,1.8\n"
    "橱柜生产线,示例橱柜有限公司,C9999,330421,3,约2\n"
)


def record_imports(recorder: Any) -> None:
    """One example of every operation on imports."""
    ask = recorder.ask
    headers = {"Authorization": f"Bearer {recorder.secrets[_BUREAU]}", "Content-Type": "text/csv"}
    path = "/v1/files?name=projects.csv"
    file_id = recorder.client.post(path, content=_TABLE.encode(), headers=headers).json()["id"]
    body = {"file_id": file_id, "kind": "projects", "format": "csv", "mode": "validate_only"}
    made = ask("create_import", _BUREAU, "POST", "/v1/imports", body)
    drain(recorder.client.app.state.database, Settings(), MatchIndex())
    path = f"/v1/imports/{made['id']}"
    ask("list_imports", _BUREAU, "GET", "/v1/imports")
    ask("get_import", _BUREAU, "GET", path)
    ask("list_import_errors", _BUREAU, "GET", f"{path}/errors")
    ask("get_import_errors_csv", _BUREAU, "GET", f"{path}/errors.csv")
    ask("get_import_errors_xlsx", _BUREAU, "GET", f"{path}/errors.xlsx")
    ask("get_import_template", _BUREAU, "GET", "/v1/import-templates/projects")
