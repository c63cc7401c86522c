"""What rules and criteria know besides the two sides: the day, the rule book, the models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.matching.chain import ChainAsked, ChainEncoder, ChainLink
from service.matching.documents import need_text
from service.matching.pair import counted_partner, distance_km
from service.matching.rulebook import Language, RuleBook
from service.matching.text import TextModel
from service.matching.tree import IndustryTree
from service.matching.values import Band, Figure, Need, Offer, Partner


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by every rule and criterion of one ranking."""

    today: date
    book: RuleBook
    tree: IndustryTree
    model: TextModel
    chain: ChainEncoder


@dataclass(frozen=True, slots=True)
class Reading:
    """What sentences read of a need besides its fields; the same for every place of a page."""

    text: str
    chain: ChainAsked

    @classmethod
    def of(cls, need: Need, context: Context) -> Reading:
        """The reading of one need."""
        return cls(need_text(need, context.tree), context.chain.asked(need))


@dataclass(frozen=True)
class Case:
    """One need and one offer in one site mode, for a sentence.

    ``given`` is the need's reading where it is at hand; else it is worked out when a sentence asks for it.
    """

    need: Need
    offer: Offer
    build: bool
    rent: bool
    context: Context
    language: Language
    given: Reading | None = None

    @cached_property
    def reading(self) -> Reading:
        """The need's reading."""
        return self.given or Reading.of(self.need, self.context)

    @cached_property
    def links(self) -> list[ChainLink]:
        """Why the place fits the project's chain."""
        return self.context.chain.links_to(self.reading.chain, self.need, self.offer)

    @cached_property
    def partner(self) -> tuple[Partner, str] | None:
        """The pairing that counts and the region of the place it reaches."""
        return counted_partner(self.need, self.offer)

    @cached_property
    def distance_km(self) -> float | None:
        """Great-circle distance; None when either point is unknown."""
        return distance_km(self.need, self.offer)

    def say(self, chinese: str, english: str) -> str:
        """The sentence in the reader's language."""
        return chinese if self.language == "zh" else english


@dataclass(frozen=True, slots=True)
class Shown:
    """What an explanation shows of one rule or criterion.

    ``need`` and ``offer`` are None where unknown, where there is no single figure,
    and where only a band may be known, which then stands beside it. ``missing``
    names the fields to confirm.
    """

    text: str
    need: float | str | None = None
    offer: float | str | None = None
    need_band: tuple[float, float] | None = None
    offer_band: tuple[float, float] | None = None
    missing: tuple[str, ...] = ()
    unit: str | None = None  # where it differs from the declared one


def show(text: str, need: Figure, offer: Figure, missing: tuple[str, ...] = ()) -> Shown:
    """A `Shown` from two figures, bands told apart."""
    return Shown(
        text=text,
        need=None if isinstance(need, Band) else need,
        offer=None if isinstance(offer, Band) else offer,
        need_band=(need.low, need.high) if isinstance(need, Band) else None,
        offer_band=(offer.low, offer.high) if isinstance(offer, Band) else None,
        missing=missing,
    )
