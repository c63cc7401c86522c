"""Examples of the operations on jobs and files, recorded on the demo by tests/record_demo.py."""

from __future__ import annotations

from typing import Any

from service.access.keys import authenticate
from service.database import writing
from service.domain import jobs

_BUREAU = "330421"
_TABLE = "region_code,site_kind,as_of,land_mu\n331126,industrial_park,2026-11-01,120\n"


def jobs_and_files(recorder: Any) -> None:
    """One example of every operation on jobs and files."""
    ask, bearer = recorder.ask, f"Bearer {recorder.secrets[_BUREAU]}"
    headers = {"Authorization": bearer, "Content-Type": "text/csv"}
    path = "/v1/files?name=profiles.csv"
    sent = recorder.sent(_BUREAU, "POST", path, _TABLE.encode(), "text/csv")
    recorder.examples["create_file"] = {"request": _TABLE, **sent}
    file_id = recorder.client.post(path, content=_TABLE.encode(), headers=headers).json()["id"]
    ask("get_file", _BUREAU, "GET", f"/v1/files/{file_id}")
    ask("get_file_content", _BUREAU, "GET", f"/v1/files/{file_id}/content")
    with writing(recorder.client.app.state.database) as session:
        actor = authenticate(session, bearer)
        job_id = jobs.enqueue(session, actor, "import_profiles", {"file_id": file_id}).id
    ask("list_jobs", _BUREAU, "GET", "/v1/jobs")
    ask("get_job", _BUREAU, "GET", f"/v1/jobs/{job_id}")
    ask("cancel_job", _BUREAU, "POST", f"/v1/jobs/{job_id}/cancel")
