"""Capacity pools 共用容量: several sites draw on one substation, or on one energy quota.

What is done with pools is in ``pool_records``; what holds leave of them, in ``capacity``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field as Check
from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.domain.shapes import Answer, StrictBody, Versioned, strict
from service.errors import NotFound
from service.units import AnyQuantity, Id, Instant, Name, QuantityName


class PoolFields(SQLModel):
    """What the sites share."""

    name: Name
    quantity: QuantityName
    capacity: AnyQuantity = Field(description="What is free for all members together, gross of holds.")


EXAMPLE: dict[str, Any] = {
    "name": "110 千伏竹溪变电站",
    "quantity": "power_kva",
    "capacity": 6000,
    "members": ["prf_00000000000000000000000001"],
}


class PoolWrite(PoolFields, StrictBody):
    """Body of a new pool, and of a replacement."""

    model_config = strict(EXAMPLE)

    members: Annotated[list[Id], Check(max_length=200)] = Field(
        default_factory=list, description="Profiles of the same organisation that draw on it."
    )


class CapacityPool(PoolFields, Versioned, table=True):
    """The stored pool. ``held`` is counted under the lock of its members, never above the capacity."""

    __tablename__ = "capacity_pools"
    __table_args__ = (CheckConstraint("held >= 0 AND held <= capacity", name="within_capacity"),)

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    quantity: str = Field(max_length=60)
    held: float = Field(default=0.0)


class PoolMember(SQLModel, table=True):
    """A profile that draws on a pool."""

    __tablename__ = "capacity_pool_members"

    pool_id: str = Field(primary_key=True, foreign_key="capacity_pools.id", max_length=40)
    profile_id: str = Field(primary_key=True, foreign_key="profiles.id", index=True, max_length=40)


class PoolRead(PoolFields, Answer):
    """A pool as its organisation sees it, and nobody else."""

    id: Id
    organisation_id: Id
    members: list[Id]
    held: AnyQuantity = Field(description="By the live holds of all members at this instant.")
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(actor: Actor) -> SelectOfScalar[CapacityPool]:
    """The actor's own: others see what a pool leaves of a place's offer, never the pool."""
    return select(CapacityPool).where(CapacityPool.organisation_id == actor.organisation_id)


def listed(actor: Actor, quantity: str | None) -> SelectOfScalar[CapacityPool]:
    """Own pools, oldest first."""
    statement = visible_to(actor).order_by(col(CapacityPool.id))
    return statement.where(CapacityPool.quantity == quantity) if quantity else statement


def get(session: Session, actor: Actor, pool_id: str) -> CapacityPool:
    """One own pool; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(CapacityPool.id == pool_id)).first()
    if found is None:
        raise NotFound()
    return found


def members_of(session: Session, pool_id: str) -> list[str]:
    """The ids of the profiles that draw on a pool, in their order."""
    statement = select(PoolMember.profile_id).where(PoolMember.pool_id == pool_id)
    return list(session.exec(statement.order_by(col(PoolMember.profile_id))))
