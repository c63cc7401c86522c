"""Rows that are checked where they are entered: what one may say depends on what is there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import Field as Check
from sqlmodel import Field, Session

from service.access.policy import Actor
from service.domain import ledger_claims, targets
from service.domain.ledger_entries import LedgerEntryFields, LedgerEntryWrite
from service.domain.profiles import Evidence
from service.domain.shapes import StrictBody, validated
from service.domain.targets import TargetWrite
from service.units import AnyQuantity, Day, Name, ShortText


class LedgerLine(LedgerEntryFields, StrictBody):
    """A ledger entry as a line of a table says it, with its one document in columns of their own."""

    amount: AnyQuantity = Field(description="In the measure's unit.")
    evidence: Annotated[list[Evidence], Check(max_length=20)] = Field(default_factory=list)
    evidence_source: Name | None = None
    evidence_document_no: ShortText | None = None
    evidence_as_of: Day | None = None


LEDGER_EXAMPLE: dict[str, Any] = {
    "pairing_id": "par_00000000000000000000000000",
    "measure": "funds_in_place",
    "component": "fixed_asset",
    "amount": 1200.5,
    "occurred_on": "2026-11-20",
    "evidence_source": "验资报告",
    "evidence_document_no": "庆验〔2026〕12号",
    "evidence_as_of": "2026-11-21",
}


class ReadyTarget(NamedTuple):
    """A target whose shape is right."""

    body: TargetWrite


class ReadyEntry(NamedTuple):
    """A claim whose shape is right."""

    body: LedgerEntryWrite


def nothing_known(_session: Session, _actor: Actor) -> None:
    """Nothing is read beforehand."""


def no_key(_body: Any) -> None:
    """Whether it stands there already is asked when it is entered."""


def no_keys(_session: Session, _actor: Actor) -> Iterator[str]:
    """None are looked for beforehand."""
    return iter(())


def ready_target(_known: None, _actor: Actor, body: TargetWrite) -> ReadyTarget:
    """The target, to be checked when it is entered."""
    return ReadyTarget(body)


def ready_entry(_known: None, _actor: Actor, body: LedgerLine) -> ReadyEntry:
    """The claim that a line says; raises ``Invalid`` without evidence."""
    document = {
        "source": body.evidence_source,
        "document_no": body.evidence_document_no,
        "as_of": body.evidence_as_of,
    }
    said = body.model_dump(exclude={f"evidence_{name}" for name in document})
    if any(value is not None for value in document.values()):
        said["evidence"] = [*said["evidence"], document]
    return ReadyEntry(validated(LedgerEntryWrite, said))


def enter_target(session: Session, actor: Actor, ready: ReadyTarget) -> None:
    """Set the target, as over HTTP."""
    targets.create(session, actor, ready.body)


def enter_entry(session: Session, actor: Actor, ready: ReadyEntry) -> None:
    """Claim the entry, as over HTTP."""
    ledger_claims.claim(session, actor, ready.body)
