"""Examples of the operations of joint promotion, recorded on the demo by tests/record_demo.py."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from service.domain.enclave_terms import EXAMPLE as TERMS
from service.domain.profiles import EXAMPLE as PROFILE
from service.workbooks import MEDIA_TYPE, read_rows

_PATCH = {"headers": {"Content-Type": "application/merge-patch+json"}}
_BUREAU, _COUNTY = "330421", "331126"


def promotion(recorder: Any, project_id: str, profile_id: str) -> None:
    """One example of every operation on joint records, visits, enclave terms and requests to partners."""
    _record(recorder, project_id, profile_id)
    _visit(recorder, project_id, profile_id)
    _terms(recorder)
    _requests(recorder)


def _record(recorder: Any, project_id: str, profile_id: str) -> None:
    ask = recorder.ask
    pair = {"project_id": project_id, "profile_id": profile_id, "note": "竹木家具配套，贵县标准厂房合适"}
    opened = ask("create_opportunity", _BUREAU, "POST", "/v1/opportunities", pair)
    path = f"/v1/opportunities/{opened['id']}"
    moved = {"to": "contacted", "occurred_on": "2026-11-20", "document_no": "庆招〔2026〕3号"}
    ask("move_opportunity", _COUNTY, "POST", f"{path}/stage-changes", moved)
    ask("unseal_opportunity", _BUREAU, "POST", f"{path}/unsealing")
    ask("appoint_field_team", _BUREAU, "PUT", f"{path}/field-team", {"organisation_id": None})
    planned = {"kind": "land_auction", "planned_on": "2027-03-20", "note": "挂牌公告已发"}
    step = ask("create_milestone", _COUNTY, "POST", f"{path}/milestones", planned)
    one = f"{path}/milestones/{step['id']}"
    ask("get_milestone", _BUREAU, "GET", one)
    ask("change_milestone", _COUNTY, "PATCH", one, {"document_no": "庆土挂〔2026〕12号"}, **_PATCH)
    ask("list_milestones", _BUREAU, "GET", f"{path}/milestones")
    ask("delete_milestone", _COUNTY, "DELETE", one)
    said = {
        "text": "环评已批，附批复。",
        "links": [{"name": "环评批复", "url": "https://files.example/eia.pdf"}],
    }
    ask("create_comment", _COUNTY, "POST", f"{path}/comments", said)
    ask("list_comments", _BUREAU, "GET", f"{path}/comments")
    ask("list_stage_changes", _BUREAU, "GET", f"{path}/stage-changes")
    ask("get_opportunity", _BUREAU, "GET", path)
    ask("list_opportunities", _BUREAU, "GET", "/v1/opportunities")


def _visit(recorder: Any, project_id: str, profile_id: str) -> None:
    ask = recorder.ask
    query = {"project_id": project_id, "first": 2, "starts_on": "2026-12-08", "days": 2}
    ask("query_itinerary", _BUREAU, "POST", "/v1/itineraries", query)
    body = {
        "purpose": "家具配套企业考察庆元竹木产业",
        "project_id": project_id,
        "starts_on": "2026-12-08",
        "ends_on": "2026-12-09",
        "members": [{"name": "张明", "office": "嘉善县投资促进中心", "title": "科长"}],
        "stops": [{"profile_id": profile_id, "on": "2026-12-08", "note": "看标准厂房"}],
        "follow_ups": [{"text": "发送用电方案", "due_on": "2026-12-20"}],
    }
    planned = ask("create_visit", _BUREAU, "POST", "/v1/visits", body)
    path = f"/v1/visits/{planned['id']}"
    ask("list_visits", _BUREAU, "GET", "/v1/visits")
    ask("get_visit", _COUNTY, "GET", path)
    ask("get_visit_itinerary", _BUREAU, "GET", f"{path}/itinerary")
    ask("get_visit_calendar", _BUREAU, "GET", f"{path}/calendar")
    ask("replace_visit", _BUREAU, "PUT", path, body)
    ask("change_visit", _BUREAU, "PATCH", path, {"ends_on": "2026-12-10"}, **_PATCH)
    ask("delete_visit", _BUREAU, "DELETE", path)


def _terms(recorder: Any) -> None:
    ask = recorder.ask
    enclave = {
        **PROFILE,
        "region_code": "330421",
        "home_region_codes": ["331126"],
        "site_name": "嘉善庆元飞地产业园",
        "site_kind": "enclave_park",
    }
    place = ask("create_profile", _BUREAU, "POST", "/v1/profiles", enclave)
    body = {**TERMS, "profile_id": place["id"]}
    terms = ask("create_enclave_terms", _COUNTY, "POST", "/v1/enclave-terms", body)
    path = f"/v1/enclave-terms/{terms['id']}"
    ask("list_enclave_terms", _COUNTY, "GET", "/v1/enclave-terms")
    ask("get_enclave_terms", _BUREAU, "GET", path)
    ask("change_enclave_terms", _COUNTY, "PATCH", path, {"home_tax_share": 0.4}, **_PATCH)
    ask("agree_to_enclave_terms", _BUREAU, "PUT", f"{path}/agreement")


def _requests(recorder: Any) -> None:
    ask = recorder.ask
    entered = {**PROFILE, "site_name": "庆元待核产业园"}
    place = ask("create_profile", _BUREAU, "POST", "/v1/profiles", entered)
    body = {
        "profile_id": place["id"],
        "fields": ["land_mu", "power_kva", "largest_parcel_mu"],
        "recipient": "庆元县招商投资促进中心",
        "message": "请核对以下数据，有出入请直接更正。",
    }
    by = {"answered_by": {"name": "李华", "office": "庆元县招商投资促进中心"}}
    for name in ("decline_profile_answer", "accept_profile_answer"):
        request = ask("create_profile_request", _BUREAU, "POST", "/v1/profile-requests", body)
        recorder.secrets["link"] = request["secret"]
        path = f"/v1/profile-requests/{request['id']}"
        ask("get_profile_answer", "link", "GET", "/v1/profile-answer")
        corrections = {**by, "corrections": {"land_mu": 80, "power_kva": 3150}}
        ask("create_profile_answer", "link", "POST", "/v1/profile-answer", corrections)
        part, given = (
            ("refusal", None) if name.startswith("decline") else ("acceptance", {"fields": ["land_mu"]})
        )
        ask("get_profile_request", _BUREAU, "GET", path)
        ask(name, _BUREAU, "PUT", f"{path}/{part}", given)
    ask("list_profile_requests", _BUREAU, "GET", "/v1/profile-requests", params={"state": "accepted"})
    ask("get_profile_request_sheet", _BUREAU, "GET", f"{path}/sheet")
    key = {"Authorization": f"Bearer {recorder.secrets[_BUREAU]}"}
    other = recorder.client.post("/v1/profile-requests", json=body, headers=key).json()
    path = f"/v1/profile-requests/{other['id']}"
    blank = recorder.client.get(f"{path}/sheet", headers=key).content
    back = filled(blank, {"answered_by.name": "李华", "answered_by.office": "庆元县投促中心", "land_mu": 80})
    recorder.examples["enter_profile_request_sheet"] = recorder.sent(
        _BUREAU, "PUT", f"{path}/sheet", back, MEDIA_TYPE
    )
    ask("delete_profile_request", _BUREAU, "DELETE", path)


def filled(blank: bytes, values: dict[str, Any]) -> bytes:
    """The sheet as an official sends it back, saved by another program."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(read_rows(blank)):
            cells = [*row[:4], values.get(str(row[0]), row[4] if len(row) > 4 else None)]
            for column, value in enumerate(cells):
                sheet.write(line, column, value)
    return target.getvalue()
