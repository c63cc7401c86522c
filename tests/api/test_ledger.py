"""The ledger: who claims, confirms, recognises and rejects what, who sees it, and what it adds up to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from service.database import Database
from service.domain.ledger_parts import PARTS, TRANSITIONS
from tests.api.ledger import (
    AUTHORITY,
    BUREAU,
    COUNTY,
    ENTRIES,
    act,
    body_of,
    brought_to,
    claim,
    done,
    pairing_of,
    record_of,
    told,
    total,
)
from tests.conftest import World

STATES = ("claimed", "confirmed", "recognised", "rejected")
WHO = {"confirm": COUNTY, "recognise": AUTHORITY, "reject": AUTHORITY, "reverse": BUREAU}
# From each state, what each action leads to; of a reversal, in which state it begins. None: 409.
TABLE: dict[str, dict[str, str | None]] = {
    "claimed": {"confirm": "confirmed", "recognise": None, "reject": "rejected", "reverse": "claimed"},
    "confirmed": {"confirm": None, "recognise": "recognised", "reject": "rejected", "reverse": "confirmed"},
    "recognised": {"confirm": None, "recognise": None, "reject": None, "reverse": "claimed"},
    "rejected": {"confirm": None, "recognise": None, "reject": None, "reverse": None},
}


@pytest.mark.parametrize("state", STATES)
def test_an_entry_goes_from_state_to_state_as_the_table_says(world: World, state: str) -> None:
    for number, (action, leads_to) in enumerate(TABLE[state].items()):
        entry = brought_to(world, claim(world, amount=100 + number), state)
        answer = act(world, WHO[action], entry, action)
        if leads_to is None:
            assert told(answer) == (409, "transition_not_allowed"), (action, answer.text)
            assert world.get(BUREAU, f"{ENTRIES}/{entry['id']}").json()["version"] == entry["version"]
            continue
        after = done(answer)
        assert after["state"] == leads_to, action
        assert (after["reverses_id"] == entry["id"]) == (action == "reverse")
        assert answer.headers["etag"] == f'"v{after["version"]}"'


def test_the_literal_table_is_the_whole_of_the_codes_table() -> None:
    assert set(TRANSITIONS) == set(PARTS) == set(WHO) == set(TABLE["claimed"])
    for action, states in TRANSITIONS.items():
        assert set(states) == {state for state in STATES if TABLE[state][action] is not None}
        if action != "reverse":
            assert dict(states) == {state: TABLE[state][action] for state in states}


def test_each_action_is_the_part_of_one_and_of_nobody_else(world: World) -> None:
    for action, state in (("confirm", "claimed"), ("recognise", "confirmed"), ("reject", "claimed")):
        entry = brought_to(world, claim(world, evidence=[{"document_no": action}]), state)
        strangers = {"nanxun": (404, "not_found"), "platform": (404, "not_found")}
        refusals = strangers | {BUREAU: (403, "not_the_partner")} if action == "confirm" else {}
        for who in {BUREAU, COUNTY, AUTHORITY, *strangers} - {WHO[action]}:
            expected = refusals.get(who, (403, "missing_permission"))
            assert told(act(world, who, entry, action)) == expected, (who, action)
        seen = {
            who: world.get(who, f"{ENTRIES}/{entry['id']}").json()["actions"]
            for who in (BUREAU, COUNTY, AUTHORITY)
        }
        assert seen[BUREAU] == ["reverse"]
        assert (action in seen[WHO[action]]) is True
        assert act(world, WHO[action], entry, action).is_success
    told_off = act(world, COUNTY, claim(world, amount=7), "reverse")
    assert told(told_off) == (403, "not_the_claimant")
    own = claim(world, COUNTY, amount=8)
    assert own["side"] == "partner"
    assert told(act(world, COUNTY, own, "confirm")) == (403, "not_the_partner")
    assert (
        done(act(world, BUREAU, own, "confirm"))["confirmed_by_organisation_id"]
        == (world.organisations[BUREAU])
    )


def test_nothing_is_edited_or_deleted(world: World) -> None:
    entry = claim(world)
    for method in ("PUT", "PATCH", "DELETE"):
        answer = world.call(BUREAU, method, f"{ENTRIES}/{entry['id']}", headers={"If-Match": "*"}, json={})
        assert answer.status_code == 405, method
    fields = ("amount", "occurred_on", "measure", "pairing_id", "evidence", "note", "component")
    after = brought_to(world, entry, "recognised", 0.8)
    assert {name: after[name] for name in fields} == {name: entry[name] for name in fields}
    done(act(world, BUREAU, after, "reverse", {"amount": 1, "reason": "退回"}))
    kept = world.get(BUREAU, f"{ENTRIES}/{entry['id']}").json()
    assert {name: kept[name] for name in fields} == {name: entry[name] for name in fields}
    assert (kept["recognised_amount"], kept["reversed_amount"]) == (800, 1)


def test_the_database_itself_refuses_what_cannot_be(world: World, database: Database) -> None:
    entry = claim(world, opportunity_id=record_of(world))
    for change in (
        "amount = -1",
        "reversed_amount = 1000000001",
        "reversed_amount = -1",
        "state = 'paid'",
        "state = 'recognised'",
        "state = 'rejected'",
        "eligible_share = 500000",
        "state = 'recognised', eligible_share = 1000001, recognised_amount = 1",
        "state = 'recognised', eligible_share = 1000000, recognised_amount = 1000000001",
        "component = 'rent'",
        "measure = 'beauty'",
        "pairing_id = (SELECT max(id) FROM pairings)",
        "living_opportunity_id = 'opp_other'",
    ):
        statement = text(f"UPDATE ledger_entries SET {change} WHERE id = '{entry['id']}'")
        with database.engine.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(statement)
    with database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE counted_under SET pairing_id = (SELECT max(id) FROM pairings)"))


CASES: list[tuple[dict[str, Any], tuple[int, str]]] = [
    ({"amount": "1000"}, (422, "/amount not_a_number")),
    ({"amount": True}, (422, "/amount not_a_number")),
    ({"amount": -1}, (422, "/amount greater_than_equal")),
    ({"amount": 0}, (422, "/amount nothing_claimed")),
    ({"amount": 0.0000001}, (422, "/amount too_many_decimals")),
    ({"amount": 0.1 + 0.2}, (422, "/amount too_many_decimals")),
    ({"amount": 100_000_000.5}, (422, "/amount number_out_of_range")),
    ({"measure": "beauty"}, (422, "/measure unknown_measure")),
    ({"measure": "people_trained", "amount": 1.5}, (422, "/amount too_many_decimals")),
    ({"measure": "tax", "component": "land"}, (422, "/component not_expected")),
    ({"component": None}, (422, "/component missing")),
    ({"component": "rent"}, (422, "/component literal_error")),
    ({"measure": "jobs", "occurred_on": "2026-10-30"}, (422, "/occurred_on not_a_month_end")),
    ({"measure": "jobs", "occurred_on": "2027-12-31"}, (422, "/occurred_on in_the_future")),
    ({"occurred_on": "2199-01-01"}, (422, "/occurred_on in_the_future")),
    ({"occurred_on": "20261020"}, (422, "/occurred_on not_a_date")),
    ({"evidence": []}, (422, "/evidence too_short")),
    ({"evidence": [{"as_of": "2026-10-20"}]}, (422, "/evidence/0 empty_evidence")),
    ({"separate": "no"}, (422, "/separate not_a_boolean")),
    ({"state": "recognised"}, (422, "/state extra_forbidden")),
    ({"recognised_amount": 1}, (422, "/recognised_amount extra_forbidden")),
    ({"reverses_id": "led_00000000000000000000000000"}, (422, "/reverses_id extra_forbidden")),
    ({"pairing_id": "par_00000000000000000000000000"}, (422, "/pairing_id unknown_pairing")),
    ({"opportunity_id": "opp_00000000000000000000000000"}, (404, "not_found")),
]


def test_a_claim_that_cannot_be_is_refused_with_what_is_wrong(world: World) -> None:
    for fields, expected in CASES:
        answer = world.post(BUREAU, ENTRIES, body_of(world, **fields))
        assert told(answer) == expected, (fields, answer.text)
    assert world.get(BUREAU, ENTRIES).json() == {"items": [], "next_cursor": None, "totals": []}


def test_one_claims_under_pairings_of_ones_own_region_and_of_the_records_two_places(world: World) -> None:
    for who in ("anji", "nanxun"):
        assert told(world.post(who, ENTRIES, body_of(world))) == (403, "not_a_side")
    assert told(world.post(AUTHORITY, ENTRIES, body_of(world))) == (403, "missing_permission")
    assert told(world.post("platform", ENTRIES, body_of(world))) == (403, "not_a_side")
    record = record_of(world)
    elsewhere = pairing_of(world, partner="513225")
    body = body_of(world, pairing_id=elsewhere, opportunity_id=record)
    assert told(world.post(BUREAU, ENTRIES, body)) == (422, "/pairing_id pairing_of_other_regions")
    ended = world.patch(BUREAU, f"/v1/pairings/{pairing_of(world)}", {"until": "2026-10-19"})
    assert ended.is_success
    assert told(world.post(BUREAU, ENTRIES, body_of(world))) == (422, "/pairing_id pairing_not_in_force")
    assert claim(world, occurred_on="2026-10-19")["state"] == "claimed"


def test_both_sides_and_the_authority_above_see_an_entry_and_nobody_else_does(world: World) -> None:
    entry = claim(world, opportunity_id=record_of(world))
    path = f"{ENTRIES}/{entry['id']}"
    for who in (BUREAU, COUNTY, AUTHORITY):
        assert world.get(who, path).status_code == 200, who
        assert len(world.get(who, ENTRIES).json()["totals"]) == 1
    nobodys = world.get("nanxun", f"{ENTRIES}/led_00000000000000000000000000").json()
    for who in ("jiuzhaigou", "nanxun", "anji", "platform"):
        answer = world.get(who, path)
        assert answer.status_code == 404, who
        assert answer.json() | {"request_id": ""} == nobodys | {"request_id": ""}
        page = world.get(who, f"{ENTRIES}?pairing_id={entry['pairing_id']}").json()
        assert page == {"items": [], "next_cursor": None, "totals": []}, who


def test_a_pairing_that_is_changed_later_shows_no_entry_to_strangers(world: World) -> None:
    entry = claim(world)
    moved = world.patch("platform", f"/v1/pairings/{entry['pairing_id']}", {"partner_region_code": "330523"})
    assert moved.is_success, moved.text
    assert world.get("anji", f"{ENTRIES}/{entry['id']}").status_code == 404
    assert world.get(COUNTY, f"{ENTRIES}/{entry['id']}").status_code == 200
    removed = world.delete("platform", f"/v1/pairings/{entry['pairing_id']}")
    assert told(removed) == (409, "conflict")


def test_a_field_team_works_on_the_records_it_was_appointed_to(world: World) -> None:
    record = record_of(world)
    parent = world.organisations[BUREAU]
    body = {"name": "驻庆元工作队", "kind": "field_team", "region_code": "331126"}
    made = world.post("platform", "/v1/organisations", body | {"parent_organisation_id": parent}).json()
    key = world.post("platform", "/v1/keys", {"organisation_id": made["id"], "name": "队"}).json()
    world.secrets["team"] = key["secret"]
    assert told(world.post("team", ENTRIES, body_of(world, opportunity_id=record))) == (404, "not_found")
    assert told(world.post("team", ENTRIES, body_of(world))) == (403, "not_a_side")
    appointed = {"organisation_id": made["id"]}
    assert world.put(BUREAU, f"/v1/opportunities/{record}/field-team", appointed).is_success
    entry = claim(world, "team", opportunity_id=record)
    assert entry["organisation_id"] == parent
    assert entry["entered_by_organisation_id"] == made["id"]
    apart = claim(world, amount=5)
    assert world.get("team", f"{ENTRIES}/{apart['id']}").status_code == 404
    # Speaking for both sides, it still does not confirm what it entered itself.
    assert world.put(COUNTY, f"/v1/opportunities/{record}/field-team", appointed).is_success
    assert told(act(world, "team", entry, "confirm")) == (403, "not_the_partner")
    other = claim(world, opportunity_id=record, amount=6)
    assert done(act(world, "team", other, "confirm"))["state"] == "confirmed"
    assert done(act(world, "team", entry, "reverse"))["organisation_id"] == parent


def test_a_decision_is_of_the_version_that_was_read_and_a_claim_is_made_once(world: World) -> None:
    entry = claim(world)
    path = f"{ENTRIES}/{entry['id']}/confirm"
    assert told(world.call(COUNTY, "POST", path)) == (428, "if_match_required")
    assert told(act(world, COUNTY, entry, "confirm", etag='"v2"')) == (412, "stale_version")
    key = {"Idempotency-Key": "once"}
    body = body_of(world, amount=12)
    first, again = (world.post(BUREAU, ENTRIES, body, headers=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["location"] == f"{ENTRIES}/{first.json()['id']}"
    back = [
        world.post(BUREAU, f"{first.headers['location']}/reverse", {"reason": "误"}, headers=key)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in back] == [201, 201]
    assert {answer.headers["location"] for answer in back} == {f"{ENTRIES}/{back[0].json()['id']}"}


def test_lists_are_filtered_and_their_totals_are_of_the_whole_list(world: World) -> None:
    record, pairing = record_of(world), pairing_of(world)
    rows = [
        claim(world, opportunity_id=record, amount=0.1, occurred_on=f"2026-09-{day:02d}")
        for day in range(1, 4)
    ]
    apart = claim(world, amount=2.5, component="land", occurred_on="2026-10-01")
    claim(world, measure="people_trained", amount=30, occurred_on="2026-10-02")
    brought_to(world, rows[0], "recognised", 0.5)
    brought_to(world, rows[1], "confirmed")
    brought_to(world, rows[2], "rejected")
    for query, ids in (
        (f"opportunity_id={record}", [row["id"] for row in rows]),
        ("state=rejected", [rows[2]["id"]]),
        ("since=2026-09-02&until=2026-10-01", [rows[1]["id"], rows[2]["id"], apart["id"]]),
        (f"pairing_id={pairing}&measure=funds_in_place", [*(row["id"] for row in rows), apart["id"]]),
    ):
        page = world.get(AUTHORITY, f"{ENTRIES}?{query}").json()
        assert [item["id"] for item in page["items"]] == ids, query
    page = world.get(COUNTY, f"{ENTRIES}?limit=1").json()
    assert page["totals"] == [
        {"measure": "funds_in_place", "unit": "10k CNY", "nature": "flow", "as_of": None, "entry_count": 4,
         "claimed": 2.7, "confirmed": 0.2, "recognised": 0.05},
        {"measure": "people_trained", "unit": "persons", "nature": "flow", "as_of": None, "entry_count": 1,
         "claimed": 30, "confirmed": 0, "recognised": 0},
    ]  # fmt: skip
    following = world.get(COUNTY, f"{ENTRIES}?limit=1&cursor={page['next_cursor']}").json()
    assert following["totals"] == page["totals"]
    for query in ("state=paid", "since=2026", "colour=red", "measure=Tax"):
        assert world.get(COUNTY, f"{ENTRIES}?{query}").status_code == 422, query


def test_a_stock_adds_up_to_what_stands_at_the_last_month_end(world: World) -> None:
    record = record_of(world)
    for day, amount, under in (
        ("2026-08-31", 80, record),
        ("2026-09-30", 95, record),
        ("2026-09-30", 5, None),
    ):
        claim(world, measure="jobs", amount=amount, occurred_on=day, opportunity_id=under)
    (found,) = world.get(BUREAU, f"{ENTRIES}?measure=jobs").json()["totals"]
    assert (found["nature"], found["as_of"], found["claimed"]) == ("stock", "2026-09-30", 100)
    (before,) = world.get(BUREAU, f"{ENTRIES}?measure=jobs&until=2026-09-29").json()["totals"]
    assert (before["as_of"], before["claimed"]) == ("2026-08-31", 80)
    none_left = claim(world, measure="jobs", amount=0, occurred_on="2026-10-31", opportunity_id=record)
    assert (none_left["amount"], none_left["is_reversed"]) == (0, False)
    (after,) = world.get(BUREAU, f"{ENTRIES}?measure=jobs").json()["totals"]
    assert (after["as_of"], after["claimed"]) == ("2026-10-31", 0)


def test_many_small_and_large_amounts_add_up_without_drift(world: World) -> None:
    for number in range(1, 31):
        claim(world, amount=0.1, occurred_on=f"2026-09-{number:02d}")
    assert total(world)["claimed"] == 3
    claim(world, amount=99_999_999.999999, component="land")
    claim(world, amount=0.000001, component="land")
    assert total(world, query="&since=2026-10-01")["claimed"] == 100_000_000


def test_a_part_is_warned_of_when_claimed_and_refused_when_recognised(world: World) -> None:
    month = {"occurred_on": "2026-09-30"}
    part = claim(world, measure="lifted_out_of_poverty_workers", amount=20, **month)
    (warned,) = part["warnings"]
    assert (warned["code"], warned["quantity"]) == ("more_than_whole", "lifted_out_of_poverty_workers")
    assert "rural_workers" in warned["detail"]
    brought_to(world, part, "confirmed")
    assert told(act(world, AUTHORITY, part, "recognise")) == (409, "more_than_whole")
    elsewhere = claim(world, measure="rural_workers", amount=50, occurred_on="2026-08-31")
    brought_to(world, elsewhere, "recognised")
    assert told(act(world, AUTHORITY, part, "recognise")) == (409, "more_than_whole")
    whole = claim(world, measure="rural_workers", amount=20, **month)
    assert whole["warnings"] == []
    assert world.get(BUREAU, f"{ENTRIES}/{part['id']}").json()["warnings"] == []
    brought_to(world, whole, "recognised")
    assert done(act(world, AUTHORITY, part, "recognise"))["recognised_amount"] == 20
    # The whole does not go from under its part.
    back = done(act(world, BUREAU, whole, "reverse", {"amount": 1, "reason": "重复"}))
    brought_to(world, back, "confirmed")
    assert told(act(world, AUTHORITY, back, "recognise")) == (409, "more_than_whole")
    less = done(act(world, BUREAU, part, "reverse", {"amount": 1, "reason": "重复"}))
    brought_to(world, less, "recognised")
    assert done(act(world, AUTHORITY, back, "recognise"))["recognised_amount"] == -1


def test_every_measure_is_listed_with_its_unit_and_nature(world: World) -> None:
    rows = {row["name"]: row for row in world.get(COUNTY, "/v1/measures").json()["items"]}
    assert {
        "funds_in_place", "contracted_investment", "jobs", "rural_workers", "lifted_out_of_poverty_workers",
        "people_trained", "person_times_trained", "officials_exchanged", "technical_staff_exchanged",
        "consumption_assistance", "fiscal_aid", "donations", "village_dividends", "tax", "output",
    } <= set(rows)  # fmt: skip
    assert [name for name, row in rows.items() if row["with_component"]] == ["funds_in_place"]
    assert rows["lifted_out_of_poverty_workers"]["at_most"] == "rural_workers"
    assert {rows[name]["nature"] for name in ("jobs", "rural_workers")} == {"stock"}
    assert {row["at_most"] for row in rows.values()} - {None} <= set(rows)
