"""Examples of the operations of assessment, recorded on the demo by tests/record_demo.py."""

from __future__ import annotations

from typing import Any

from service.domain.bulletins import EXAMPLE as BULLETIN
from service.domain.indicator_packs import EXAMPLE as PACK
from service.domain.submissions import EXAMPLE as SUBMISSION
from service.domain.targets import EXAMPLE as TARGET

_BUREAU, _AUTHORITY = "330421", "authority"
_PATCH = {"headers": {"Content-Type": "application/merge-patch+json"}}


def record_assessment(recorder: Any, organisation_id: str) -> None:
    """One example of every operation on packs, targets, bulletins, assessments and submissions."""
    ask = recorder.ask
    pack = ask("create_indicator_pack", _AUTHORITY, "POST", "/v1/indicator-packs", PACK)
    path = f"/v1/indicator-packs/{pack['id']}"
    ask("replace_indicator_pack", _AUTHORITY, "PUT", path, PACK)
    ask("change_indicator_pack", _AUTHORITY, "PATCH", path, {"note": "浙山海办〔2026〕1号"}, **_PATCH)
    ask("get_indicator_pack", _BUREAU, "GET", path)
    query = {"programme": "mountain_sea", "year": 2026}
    ask("list_indicator_packs", _BUREAU, "GET", "/v1/indicator-packs", params=query)
    target = {**TARGET, "organisation_id": organisation_id}
    made = ask("create_target", _AUTHORITY, "POST", "/v1/targets", target)
    one = f"/v1/targets/{made['id']}"
    lower = {"amount": 18000, "document_no": "浙山海办〔2026〕9号"}
    ask("change_target", _AUTHORITY, "PATCH", one, lower, **_PATCH)
    ask("get_target", _BUREAU, "GET", one)
    ask("list_targets", _BUREAU, "GET", "/v1/targets", params={"year": 2026})
    ranks = [{**BULLETIN["ranks"][0], "organisation_id": organisation_id}]
    issued = ask("create_bulletin", _AUTHORITY, "POST", "/v1/bulletins", {**BULLETIN, "ranks": ranks})
    ask("get_bulletin", _BUREAU, "GET", f"/v1/bulletins/{issued['id']}")
    ask("list_bulletins", _BUREAU, "GET", "/v1/bulletins", params=query)
    ask("get_assessment", _BUREAU, "GET", "/v1/assessments/2026", params={"programme": "mountain_sea"})
    signed = ask("create_submission", _BUREAU, "POST", "/v1/submissions", SUBMISSION)
    ask("get_submission", _AUTHORITY, "GET", f"/v1/submissions/{signed['id']}")
    ask("list_submissions", _AUTHORITY, "GET", "/v1/submissions", params=query)
    ask("delete_bulletin", _AUTHORITY, "DELETE", f"/v1/bulletins/{issued['id']}")
    ask("delete_target", _AUTHORITY, "DELETE", one)
    ask("delete_indicator_pack", _AUTHORITY, "DELETE", path)
