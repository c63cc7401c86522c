"""Loads the reference data that ships with the service: once, and again only where it has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.database import new_id, record_change, upsert
from service.domain import indicator_packs
from service.domain.indicator_packs import IndicatorPack
from service.domain.industries import Industry
from service.domain.measures import Measure
from service.domain.pairings import Pairing
from service.domain.quantities import Quantity
from service.domain.regions import Region
from service.domain.shapes import created
from service.domain.zones import Zone
from service.reference import catalogue
from service.reference.rows import ZoneRow


class Catalogue(SQLModel, table=True):
    """What is loaded: the hash of the shipped files, and the rule pack as plain data."""

    __tablename__ = "catalogue"

    id: int = Field(default=1, primary_key=True)
    content_hash: str = Field(max_length=64)
    rule_pack: dict[str, Any] = Field(sa_type=JSON)


def load(session: Session, step: Callable[[str], None] = lambda _: None) -> bool:
    """Bring the stored reference data to what ships; say whether anything had to be done.

    Rows that a new catalogue no longer has stay: projects and profiles may refer to them. Shipped
    pairings are entered once; afterwards they belong to the bureaus.
    """
    loaded = session.get(Catalogue, 1)
    content_hash = catalogue.content_hash()
    if loaded is not None and loaded.content_hash == content_hash:
        return False
    step("regions")
    # Parents first: the shipped rows stand in that order.
    upsert(session, Region, [Region.model_validate(row) for row in catalogue.regions()])
    step("industries")
    upsert(session, Industry, [Industry.model_validate(row) for row in catalogue.industries()])
    step("zones")
    upsert(session, Zone, [_zone(row) for row in catalogue.zones()])
    step("quantities")
    upsert(session, Quantity, [Quantity.model_validate(row) for row in catalogue.quantities()])
    step("measures")
    upsert(session, Measure, [Measure.model_validate(row) for row in catalogue.measures()])
    step("indicator packs")
    upsert(session, IndicatorPack, indicator_packs.ship(session))
    step("pairings")
    _enter_pairings(session)
    row = loaded or Catalogue(content_hash="", rule_pack={})
    row.content_hash, row.rule_pack = content_hash, catalogue.rules()
    session.add(row)
    record_change(session, "catalogue", content_hash, "load")
    audit.record(session, None, "catalogue.load", "catalogue", content_hash)
    return True


def rule_pack(session: Session) -> dict[str, Any]:
    """The loaded rule pack as plain data; empty before ``shanhai migrate``."""
    row = session.get(Catalogue, 1)
    return row.rule_pack if row else {}


def _zone(row: ZoneRow) -> Zone:
    values = {name: getattr(row, name) for name in Zone.model_fields if hasattr(row, name)}
    values["leading_industries"] = list(row.leading_industries)
    values["industry_codes"] = list(row.industry_codes)
    return Zone.model_validate({**values, "leading_text": "、".join(row.leading_industries)})


def _enter_pairings(session: Session) -> None:
    pairs = select(Pairing.supporting_region_code, Pairing.partner_region_code, Pairing.programme)
    known = set(session.exec(pairs.order_by(col(Pairing.id))))
    for row in catalogue.pairings():
        if (row.supporting_region_code, row.partner_region_code, row.programme) in known:
            continue
        pairing = Pairing.model_validate(
            {
                "supporting_region_code": row.supporting_region_code,
                "partner_region_code": row.partner_region_code,
                "programme": row.programme,
                "evidence": row.evidence,
                "since": row.since,
                "source": f"{row.source} ({row.seen})",
                "id": new_id("par"),
                **created(session),
            }
        )
        session.add(pairing)
        record_change(session, "pairing", pairing.id, "create")
