"""What the tests of holds share: a project that the county may know of, and requests about holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from service.database import Database, reading, writing
from service.domain.capacity import sums_of
from service.domain.holds import Hold, is_binding
from service.domain.pools import CapacityPool, PoolMember
from service.domain.promises import HeldQuantity
from tests.conftest import World

BUREAU, COUNTY = "jiashan", "qingyuan"


def shared_project(world: World, who: str = BUREAU, **fields: Any) -> dict[str, Any]:
    """A project that everybody may know of."""
    return world.project(who, **{"visibility": "public", **fields})


def hold(world: World, who: str, project: Any, profile: Any, **fields: Any) -> Any:
    """The answer to a request for a hold of 60 mu, or of what is given."""
    ids = {"project_id": project["id"], "profile_id": profile["id"]}
    return world.post(who, "/v1/holds", {**ids, **(fields or {"land_mu": 60})})


def act(world: World, who: str, held: Any, action: str, body: Any = None, etag: str = "*") -> Any:
    """The answer to an action on a hold."""
    more = {} if body is None else {"json": body}
    return world.call(who, "POST", f"/v1/holds/{held['id']}/{action}", headers={"If-Match": etag}, **more)


def later(days: float = 60) -> str:
    """An instant that many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def lapse(database: Database, hold_id: str) -> None:
    """Put the end of a hold into the past, as time would: nothing else is written."""
    with writing(database) as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(Hold).where(col(Hold.id) == hold_id).values(expires_at=past))


def counters(database: Database) -> dict[tuple[str, str], float]:
    """What the database counts as held, by profile or pool and quantity, without zeros."""
    with reading(database) as session:
        found = {(row.profile_id, row.quantity): row.held for row in session.exec(select(HeldQuantity))}
        found |= {(row.id, row.quantity): row.held for row in session.exec(select(CapacityPool))}
    return {key: held for key, held in found.items() if held}


def summed(database: Database) -> dict[tuple[str, str], float]:
    """The same from the active holds themselves."""
    with reading(database) as session:
        taken = sums_of(session.exec(select(Hold).where(Hold.state == "active")))
        found = {
            (profile_id, name): amount
            for profile_id, own in taken.items()
            for name, amount in own.items()
            if is_binding(name)
        }
        statement = select(PoolMember.profile_id, CapacityPool.id, CapacityPool.quantity)
        for profile_id, pool_id, quantity in session.exec(
            statement.join(CapacityPool, col(CapacityPool.id) == col(PoolMember.pool_id))
        ):
            amount = taken.get(profile_id, {}).get(quantity, 0)
            found[pool_id, quantity] = found.get((pool_id, quantity), 0) + amount
    return {key: float(amount) for key, amount in found.items() if amount}


def offered(world: World, who: str, project: Any, profile: Any) -> dict[str, Any]:
    """What a place offers a project by criterion, as the organisation is ranked."""
    pair = world.get(who, f"/v1/projects/{project['id']}/matches/{profile['id']}").json()
    return {line["criterion"]: line["offer"] for line in pair["contributions"]}
