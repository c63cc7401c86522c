"""What the tests of the ledger share: a joint record, claims on it, and decisions on them."""

from __future__ import annotations

from typing import Any

from tests.conftest import World

BUREAU, COUNTY, AUTHORITY = "jiashan", "qingyuan", "zhejiang"
ENTRIES = "/v1/ledger-entries"


def pairing_of(world: World, supporting: str = "330421", partner: str = "331126") -> str:
    """The id of a shipped pairing."""
    rows = world.get(BUREAU, f"/v1/pairings?region_code={supporting}&limit=100").json()["items"]
    shipped = [row for row in rows if row["partner_region_code"] == partner and row["programme"] != "other"]
    (found,) = [row["id"] for row in shipped]
    return str(found)


def other_pairing(world: World, programme: str = "other", **fields: Any) -> str:
    """A second pairing of the same two regions, or of those given."""
    body = {"supporting_region_code": "330421", "partner_region_code": "331126", "programme": programme}
    answer = world.post(BUREAU, "/v1/pairings", body | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def record_of(world: World, **fields: Any) -> str:
    """The id of a new joint record of the bureau's project at the county's place."""
    pair = {"project_id": world.project(**fields)["id"], "profile_id": world.profile()["id"]}
    answer = world.post(BUREAU, "/v1/opportunities", pair)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def body_of(world: World, **fields: Any) -> dict[str, Any]:
    """A claim of 1,000 万元 of fixed assets under the shipped pairing, or of what is given."""
    body = {
        "pairing_id": fields.pop("pairing_id", None) or pairing_of(world),
        "measure": "funds_in_place",
        "component": "fixed_asset",
        "amount": 1000,
        "occurred_on": "2026-10-20",
        "evidence": [{"source": "验资报告", "document_no": "庆验〔2026〕12号"}],
        **fields,
    }
    if body["measure"] != "funds_in_place" and "component" not in fields:
        del body["component"]
    return body


def claim(world: World, who: str = BUREAU, **fields: Any) -> dict[str, Any]:
    """An entry that has been claimed."""
    answer = world.post(who, ENTRIES, body_of(world, **fields))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def act(world: World, who: str, entry: Any, action: str, body: Any = None, etag: str = "*") -> Any:
    """The answer to an action on an entry, with the body that it needs where none is given."""
    needed = {"recognise": {}, "reject": {"reason": "材料不全"}, "reverse": {"reason": "填报有误"}}
    sent = needed.get(action) if body is None else body
    more = {} if sent is None else {"json": sent}
    return world.call(who, "POST", f"{ENTRIES}/{entry['id']}/{action}", headers={"If-Match": etag}, **more)


def done(answer: Any) -> dict[str, Any]:
    """The entry that an action answered with."""
    assert answer.is_success, answer.text
    return dict(answer.json())


def brought_to(world: World, entry: Any, state: str, share: float | None = None) -> dict[str, Any]:
    """The entry, taken from a claim to a state by those whose part it is."""
    steps = {
        "claimed": [],
        "confirmed": [(COUNTY, "confirm", None)],
        "recognised": [(COUNTY, "confirm", None), (AUTHORITY, "recognise", {"eligible_share": share})],
        "rejected": [(AUTHORITY, "reject", None)],
    }
    for who, action, body in steps[state]:
        entry = done(act(world, who, entry, action, body))
    return dict(entry)


def total(
    world: World, measure: str = "funds_in_place", who: str = BUREAU, query: str = ""
) -> dict[str, Any]:
    """What the list adds up to for a measure: claimed, confirmed, recognised."""
    page = world.get(who, f"{ENTRIES}?measure={measure}{query}").json()
    (found,) = page["totals"] or [{}]
    return {name: found.get(name) for name in ("claimed", "confirmed", "recognised")}


def told(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal; of an invalid body pointer and code of its first error."""
    body = answer.json()
    errors = body.get("errors") or []
    return answer.status_code, f"{errors[0]['pointer']} {errors[0]['code']}" if errors else body["code"]
