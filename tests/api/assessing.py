"""What the tests of assessments share: targets, pairings, and a ledger that is already filled."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from service.database import Database, new_id, now, writing
from service.domain.ledger_entries import CountedUnder, LedgerEntry
from service.units import shanghai_day
from tests.conftest import World

YEAR = 2026
TODAY = shanghai_day(datetime.now(UTC))


def pairing(world: World, partner: str = "331126") -> str:
    """The id of Jiashan's pairing with a partner county."""
    items = world.get("jiashan", f"/v1/pairings?region_code={partner}").json()["items"]
    (found,) = [row for row in items if row["supporting_region_code"] == "330421"]
    return str(found["id"])


def target(
    world: World, indicator: str, amount: float, who: str = "jiashan", **fields: Any
) -> dict[str, Any]:
    """A target that the province has set."""
    body = {
        "organisation_id": world.organisations[who],
        "programme": "mountain_sea",
        "year": YEAR,
        "indicator": indicator,
        "amount": amount,
        **fields,
    }
    answer = world.post("zhejiang", "/v1/targets", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def recorded(
    world: World,
    amount: float,
    on: str = "2026-06-30",
    *,
    who: str = "jiashan",
    measure: str = "funds_in_place",
    component: str | None = "fixed_asset",
    share: float | None = 1,
    state: str = "recognised",
    pairing_id: str = "",
    opportunity_id: str | None = None,
) -> str:
    """The id of an entry that stands in the ledger in this state; as the claims of others put it there."""
    database: Database = cast(Any, world.client.app).state.database
    exactly = Decimal(str(amount))
    is_recognised = state == "recognised"
    with writing(database) as session:
        if opportunity_id and session.get(CountedUnder, opportunity_id) is None:
            session.add(CountedUnder(opportunity_id=opportunity_id, pairing_id=pairing_id or pairing(world)))
            session.flush()
        row = LedgerEntry(
            id=new_id("led"),
            version=1,
            created_at=now(session),
            updated_at=now(session),
            organisation_id=world.organisations[who],
            entered_by_organisation_id=world.organisations[who],
            opportunity_id=opportunity_id,
            living_opportunity_id=opportunity_id,
            pairing_id=pairing_id or pairing(world),
            programme="mountain_sea",
            supporting_region_code="330421",
            partner_region_code="331126",
            side="supporting",
            measure=measure,
            component=component if measure == "funds_in_place" else None,
            amount=exactly,
            occurred_on=date.fromisoformat(on),
            evidence=[],
            separate=True,
            state=state,
            eligible_share=Decimal(str(share)) if is_recognised else None,
            recognised_amount=exactly * Decimal(str(share)) if is_recognised else None,
        )
        session.add(row)
        session.flush()
        return row.id


def page_of(
    world: World, who: str = "jiashan", year: int = YEAR, language: str = "zh", **query: Any
) -> dict[str, Any]:
    """The page of a year."""
    params = {"programme": "mountain_sea", **query}
    answer = world.get(who, f"/v1/assessments/{year}", params=params, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def line_of(page: dict[str, Any], code: str) -> dict[str, Any]:
    """One line of a page."""
    (found,) = [line for line in page["indicators"] if line["code"] == code]
    return dict(found)


def submitted(world: World, who: str = "jiashan", **fields: Any) -> dict[str, Any]:
    """The submission of an organisation's own assessment."""
    body = {"programme": "mountain_sea", "year": YEAR, **fields}
    answer = world.post(who, "/v1/submissions", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def own_pack(world: World, **fields: Any) -> dict[str, Any]:
    """The body of a pack of the province's own, with the indicators of the example."""
    items = world.get("zhejiang", "/v1/indicator-packs?programme=mountain_sea").json()["items"]
    (example,) = [pack for pack in items if pack["is_example"]]
    kept = {name: example[name] for name in ("programme", "outlook", "indicators")}
    return {**kept, "name": "浙江省山海协作考核", "year": YEAR, **fields}
