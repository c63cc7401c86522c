"""No yuan counts under two pairings, and no text of an entry tells what is sealed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

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
    other_pairing,
    record_of,
    told,
)
from tests.conftest import PROJECT, World

INVESTOR = PROJECT["investor_name"]


def at_once(world: World, *sends: Any) -> list[Any]:
    """What several requests that start together are answered, each tried anew while the database is busy."""
    start = threading.Barrier(len(sends))

    def send(one: Any) -> Any:
        start.wait(10)
        while (answer := one()).status_code == 503:
            pass
        return answer

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(send, sends))


def test_all_that_a_record_brings_counts_under_one_pairing_whatever_its_documents_say(world: World) -> None:
    record, second = record_of(world), other_pairing(world)
    first = claim(world, opportunity_id=record)
    elsewhere: list[dict[str, Any]] = [
        {},
        {"separate": True},
        {"occurred_on": "2026-10-21", "amount": 3, "evidence": [{"document_no": "另一份"}]},
        {"measure": "tax", "amount": 3},
    ]
    for who in (BUREAU, COUNTY):
        for fields in elsewhere:
            body = body_of(world, pairing_id=second, opportunity_id=record, **fields)
            assert told(world.post(who, ENTRIES, body)) == (409, "counted_elsewhere"), fields
    done(act(world, BUREAU, first, "reverse", {"amount": 999, "reason": "误"}))
    body = body_of(world, pairing_id=second, opportunity_id=record)
    assert told(world.post(BUREAU, ENTRIES, body)) == (409, "counted_elsewhere")
    done(act(world, BUREAU, first, "reverse"))
    moved = claim(world, pairing_id=second, opportunity_id=record)
    # What is rejected makes room too; what is recognised, only once its reversal is recognised.
    brought_to(world, moved, "rejected")
    third = brought_to(world, claim(world, opportunity_id=record), "recognised")
    back = done(act(world, BUREAU, third, "reverse"))
    assert told(world.post(BUREAU, ENTRIES, body)) == (409, "counted_elsewhere")
    brought_to(world, back, "recognised")
    assert claim(world, pairing_id=second, opportunity_id=record)["pairing_id"] == second


def test_of_two_claims_of_one_record_under_two_pairings_at_once_one_stands(world: World) -> None:
    record, second = record_of(world), other_pairing(world)
    bodies = [body_of(world, opportunity_id=record), body_of(world, opportunity_id=record, pairing_id=second)]
    answers = at_once(
        world, *(lambda who=who, body=body: world.post(who, ENTRIES, body)
                 for who, body in zip((BUREAU, COUNTY), bodies, strict=True)),
    )  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_the_same_is_told_by_record_or_document_day_amount_and_component(world: World) -> None:
    second, record = other_pairing(world), record_of(world)
    claim(world)
    claim(world, opportunity_id=record, evidence=[{"document_no": "另一份"}])
    for fields, expected in (
        ({}, "duplicate"),
        ({"pairing_id": second}, "counted_elsewhere"),
        ({"opportunity_id": record, "evidence": [{"document_no": "第三份"}]}, "duplicate"),
        ({"pairing_id": second, "evidence": [{"document_no": "另一份"}]}, "counted_elsewhere"),
    ):
        for who in (BUREAU, COUNTY):
            assert told(world.post(who, ENTRIES, body_of(world, **fields))) == (409, expected), fields
    for fields in (
        {"amount": 1001},
        {"occurred_on": "2026-10-21"},
        {"component": "land"},
        {"evidence": [{"document_no": "第四份"}]},
        {"pairing_id": second, "separate": True},
    ):
        assert world.post(BUREAU, ENTRIES, body_of(world, **fields)).status_code == 201, fields


def strangers(world: World) -> tuple[str, str]:
    """Another bureau's pairing, and who speaks for the partner in it."""
    rows = world.get("nanxun", "/v1/pairings?region_code=330503").json()["items"]
    pairing = rows[0]
    body = {"name": "伙伴县", "kind": "county", "region_code": pairing["partner_region_code"]}
    made = world.post("platform", "/v1/organisations", body).json()
    key = world.post("platform", "/v1/keys", {"organisation_id": made["id"], "name": "t"}).json()
    world.secrets["stranger"] = key["secret"]
    return pairing["id"], "stranger"


def test_the_same_document_of_strangers_is_told_to_the_authority_and_to_nobody_else(world: World) -> None:
    pairing, partner = strangers(world)
    mine = brought_to(world, claim(world, measure="fiscal_aid"), "confirmed")
    theirs = claim(world, "nanxun", measure="fiscal_aid", pairing_id=pairing)
    done(act(world, partner, theirs, "confirm"))
    answers = at_once(
        world,
        lambda: act(world, AUTHORITY, mine, "recognise"),
        lambda: act(world, AUTHORITY, theirs, "recognise"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == "counted_elsewhere"
    apart = claim(world, "nanxun", measure="fiscal_aid", pairing_id=pairing, separate=True)
    done(act(world, partner, apart, "confirm"))
    assert done(act(world, AUTHORITY, apart, "recognise"))["separate"] is True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_text_of_an_entry_holds_a_contact(world: World) -> None:
    for contact in (
        "13812345678",
        "联系人 138-1234-5678",
        "１３８１２３４５６７８",
        "0571-88888888",
        "zhang.san@example.cn",
        "330421198001011234",
        "33042119800101123x",
    ):
        texts: list[tuple[dict[str, Any], str]] = [
            ({"evidence": [{"source": contact}]}, "/evidence/0/source"),
            ({"evidence": [{"source": "报告"}, {"document_no": contact}]}, "/evidence/1/document_no"),
            ({"note": f"请询 {contact}"}, "/note"),
        ]
        for fields, pointer in texts:
            answer = world.post(BUREAU, ENTRIES, body_of(world, **fields))
            assert told(answer) == (422, f"{pointer} contact_in_text"), contact
            assert contact not in answer.text
    entry = claim(
        world, evidence=[{"document_no": "91331126MA0000000X"}, {"document_no": "庆验〔2026〕0138号"}]
    )
    for who, action in ((AUTHORITY, "reject"), (BUREAU, "reverse")):
        answer = act(world, who, entry, action, {"reason": "电 13812345678"})
        assert told(answer) == (422, "/reason contact_in_text")


def test_a_sealed_investor_is_not_named_by_who_knows_the_name(world: World) -> None:
    record = record_of(world)
    spaced = " ".join(INVESTOR)
    for text in (INVESTOR, f"{spaced}出资", f"汇款人：{INVESTOR}（账号略）"):
        for fields in (
            {"evidence": [{"source": text}]},
            {"note": text},
            {"opportunity_id": record, "note": text},
        ):
            answer = world.post(BUREAU, ENTRIES, body_of(world, **fields))
            assert told(answer)[1].endswith(" sealed_investor_in_text"), fields
            assert INVESTOR not in answer.text
    entry = claim(world, opportunity_id=record)
    assert told(act(world, BUREAU, entry, "reverse", {"reason": INVESTOR})) == (
        422, "/reason sealed_investor_in_text",
    )  # fmt: skip
    for who in (BUREAU, COUNTY):
        assert world.post(who, f"/v1/opportunities/{record}/unsealing", None).is_success
    assert claim(world, opportunity_id=record, amount=3, note=f"{INVESTOR}出资")["note"] == f"{INVESTOR}出资"
    # Unsealed to this county it is not to the next one: elsewhere neither of the two names it.
    for who in (BUREAU, COUNTY):
        body = body_of(world, amount=4, note=f"{INVESTOR}捐赠")
        assert told(world.post(who, ENTRIES, body)) == (422, "/note sealed_investor_in_text"), who


def test_a_name_that_was_guessed_is_neither_confirmed_to_who_wrote_it_nor_shown_to_others(
    world: World,
) -> None:
    record = record_of(world)
    spaced = "".join(f"{letter} " for letter in INVESTOR)
    evidence = [{"source": f"汇款人{spaced}", "document_no": INVESTOR}]
    entry = claim(world, COUNTY, opportunity_id=record, evidence=evidence, note=f"疑为{INVESTOR}")
    path = f"{ENTRIES}/{entry['id']}"
    assert world.get(COUNTY, path).json()["note"] == f"疑为{INVESTOR}"
    assert world.get(BUREAU, path).json()["note"] == f"疑为{INVESTOR}"
    department = {"name": "庆元县人社局", "kind": "town", "region_code": "331126"}
    department["parent_organisation_id"] = world.organisations[COUNTY]
    made = world.post("platform", "/v1/organisations", department).json()
    key = world.post("platform", "/v1/keys", {"organisation_id": made["id"], "name": "t"}).json()
    world.secrets["town"] = key["secret"]
    for who in (AUTHORITY, "town"):
        for found in (world.get(who, path), world.get(who, ENTRIES)):
            assert found.status_code == 200
            assert INVESTOR not in "".join(found.text.split()), who
        shown = world.get(who, path).json()
        assert shown["note"] == "疑为＊＊＊"
        assert shown["evidence"][0]["source"].strip() == "汇款人＊＊＊"
    done(act(world, AUTHORITY, entry, "reject", {"reason": f"{INVESTOR}未到账"}))
    assert world.get("town", path).json()["rejection_reason"] == "＊＊＊未到账"
