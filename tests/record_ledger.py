"""Examples of the operations on ledger entries, recorded on the demo by tests/record_demo.py."""

from __future__ import annotations

from typing import Any

_BUREAU, _COUNTY, _AUTHORITY = "330421", "331126", "authority"


def record_ledger(recorder: Any) -> None:
    """One example of every operation on the ledger, on the joint record that is there."""
    ask = recorder.ask
    _authority(recorder)
    key = {"Authorization": f"Bearer {recorder.secrets[_BUREAU]}"}
    pairings = recorder.client.get("/v1/pairings?region_code=331126", headers=key).json()["items"]
    records = recorder.client.get("/v1/opportunities", headers=key).json()["items"]
    claimed = {
        "pairing_id": pairings[0]["id"],
        "opportunity_id": records[0]["id"],
        "measure": "funds_in_place",
        "component": "fixed_asset",
        "amount": 1200.5,
        "occurred_on": "2026-10-20",
        "evidence": [{"source": "验资报告", "document_no": "庆验〔2026〕12号", "as_of": None}],
    }
    other = {**claimed, "component": "working_capital", "amount": 300}
    refused = ask("create_ledger_entry", _BUREAU, "POST", "/v1/ledger-entries", other)
    entry = ask("create_ledger_entry", _BUREAU, "POST", "/v1/ledger-entries", claimed)
    path = f"/v1/ledger-entries/{entry['id']}"
    ask("confirm_ledger_entry", _COUNTY, "POST", f"{path}/confirm")
    share = {"eligible_share": 0.8}
    ask("recognise_ledger_entry", _AUTHORITY, "POST", f"{path}/recognise", share)
    back = {"amount": 200.5, "reason": "部分资金退回"}
    ask("reverse_ledger_entry", _BUREAU, "POST", f"{path}/reverse", back)
    why = {"reason": "属股东借款，不计入"}
    ask("reject_ledger_entry", _AUTHORITY, "POST", f"/v1/ledger-entries/{refused['id']}/reject", why)
    ask("get_ledger_entry", _BUREAU, "GET", path)
    ask("list_ledger_entries", _COUNTY, "GET", "/v1/ledger-entries")


def _authority(recorder: Any) -> None:
    """An authority above both sides; its key is kept under its name."""
    key = {"Authorization": f"Bearer {recorder.secrets['platform']}"}
    body = {"name": "浙江省主管部门", "kind": "authority", "region_code": "330000"}
    made = recorder.client.post("/v1/organisations", json=body, headers=key).json()
    wanted = {"organisation_id": made["id"], "name": "台账认定"}
    minted = recorder.client.post("/v1/keys", json=wanted, headers=key).json()
    recorder.secrets[_AUTHORITY] = minted["secret"]
