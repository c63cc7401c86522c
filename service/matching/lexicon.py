"""From a free trade term ("胶合板", "五金配件", "家具") to codes of GB/T 4754.

Curated tables of trade words go first, since the trade's word for a thing is
often absent from the classification ("板材"); then names of industries that are
all but the same; then the last part of a compound ("水性涂料" is a "涂料", since
Chinese compounds carry their head at the end); else the term's characters are
compared with those of the industry names, rare ones counting more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from service.matching.goods_words import goods_codes
from service.matching.trade_words import ACTIVITY, TERM_CODES

#: Sections whose industries make things that can be bought: farming, mining, manufacturing, energy.
GOODS_SECTIONS = ("A", "B", "C", "D")
#: Least similarity, in thousandths, at which a term gets a code: a wrong code is shown to an
#: officer as a reason, so a term that is only half alike stays unread.
THRESHOLD_PERMILLE = 450
#: From here on the name of an industry goes before the head of a compound ("产业用纺织制成品").
_SAME_NAME_PERMILLE = 700
#: What a curated word counts, and the head of a compound.
_CURATED_PERMILLE, _HEAD_PERMILLE = 1000, 900
_CODES_PER_TERM = 3
_LEAST_HEAD = 2
#: Last characters that say nothing of what a thing is.
_EMPTY_TAILS = frozenset("品件料材物类机器具")
_NOT_WORD = re.compile(r"[\W_]+")


def _parts(text: str) -> list[str]:
    """What punctuation and words of activity leave."""
    return [part for part in _NOT_WORD.split(ACTIVITY.sub(" ", text)) if part]


def _grams(text: str) -> frozenset[str]:
    """Single characters and pairs of the parts; no pair spans punctuation."""
    parts = _parts(text)
    pairs = (part[start : start + 2] for part in parts for start in range(len(part) - 1))
    return frozenset([*(character for part in parts for character in part), *pairs])


class TermLexicon:
    """Maps trade terms to industry codes.

    Parameters
    ----------
    rows : iterable of (code, name, parent)
        The rows that ``IndustryTree`` takes; those of ``GOODS_SECTIONS`` are kept.
    aliases : mapping of term to codes, best first
        Curated words besides the built-in ones. Of words in both, trade words go
        before these, these before goods. Codes that the rows lack are left out.

    Notes
    -----
    similarity(a, b) = 2 w(a & b) / (w(a) + w(b)) over sets of n-grams (Dice 1945)
    with integer weights w = round(16 ln(1 + names / names that have the n-gram)),
    so that a term has the same codes on every machine.
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str, str | None]],
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        names = {code: name for code, name, parent in rows if parent and code[0] in GOODS_SECTIONS}
        grams = {code: _grams(name) for code, name in sorted(names.items())}
        frequency = Counter(gram for found in grams.values() for gram in found)
        self._unseen_weight = round(16 * math.log(1 + len(names)))
        self._weights = {g: round(16 * math.log(1 + len(names) / count)) for g, count in frequency.items()}
        self._totals = {code: self._total(found) for code, found in grams.items()}
        self._holders: dict[str, list[str]] = {}
        for code, found in grams.items():
            for gram in found:
                self._holders.setdefault(gram, []).append(code)
        goods = goods_codes()
        curated = {**goods, **(aliases or {}), **TERM_CODES}
        self._aliases = {
            term: kept for term, codes in curated.items() if (kept := tuple(c for c in codes if c in names))
        }
        # The catalogue's words name branches of industry, which are no heads of goods.
        heads = self._aliases.keys() & (goods.keys() | TERM_CODES.keys())
        self._heads = frozenset(word for word in heads if len(word) >= _LEAST_HEAD)
        self._remember()

    def _remember(self) -> None:
        # Bounded: the terms come from callers.
        self._cached = lru_cache(maxsize=65_536)(self._read)

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what was read before, so that another process can be given the lexicon."""
        return {name: value for name, value in self.__dict__.items() if name != "_cached"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._remember()

    def codes(self, term: str) -> tuple[tuple[str, int], ...]:
        """Up to three codes of a term, best first, each with its similarity in thousandths.

        A curated word counts 1000, the head of a compound 900. Of equally similar
        codes the broader goes first, then the smaller. Empty when nothing is similar
        enough.
        """
        return self._cached(term)

    def best(self, term: str) -> str | None:
        """The best code of a term, or None when it cannot be read."""
        found = self.codes(term)
        return found[0][0] if found else None

    def _total(self, grams: Iterable[str]) -> int:
        return sum(self._weights.get(gram, self._unseen_weight) for gram in grams)

    def _read(self, term: str) -> tuple[tuple[str, int], ...]:
        curated = self._curated(term)
        if curated:
            return curated
        named = self._named(term)
        if named and named[0][1] >= _SAME_NAME_PERMILLE:
            return named
        for part in _parts(term):
            head = self._curated(part) or self._headed(part)
            if head:
                return head
        return named

    def _curated(self, term: str) -> tuple[tuple[str, int], ...]:
        for word in (_NOT_WORD.sub("", term), _NOT_WORD.sub("", ACTIVITY.sub("", term))):
            if word in self._aliases:
                return tuple((code, _CURATED_PERMILLE) for code in self._aliases[word][:_CODES_PER_TERM])
        return ()

    def _headed(self, part: str) -> tuple[tuple[str, int], ...]:
        """The longest curated word that the part ends with."""
        for start in range(1, len(part) - _LEAST_HEAD + 1):
            if part[start:] in self._heads:
                return tuple((code, _HEAD_PERMILLE) for code in self._aliases[part[start:]][:_CODES_PER_TERM])
        return ()

    def _named(self, term: str) -> tuple[tuple[str, int], ...]:
        """The industries whose names are most like the term, if they are about the same thing."""
        grams = _grams(term)
        shared: Counter[str] = Counter()
        for gram in grams:
            for code in self._holders.get(gram, ()):
                shared[code] += self._weights[gram]
        own = self._total(grams)
        similarity = {code: 2000 * weight // (own + self._totals[code]) for code, weight in shared.items()}
        ranked = sorted(similarity, key=lambda code: (-similarity[code], len(code), code))
        tails = {part[-1] for part in _parts(term)} - _EMPTY_TAILS
        return tuple(
            (code, similarity[code])
            for code in ranked[:_CODES_PER_TERM]
            if similarity[code] >= THRESHOLD_PERMILLE
            # "葡萄糖" is no "葡萄酒": the head has to be there.
            and (not tails or any(code in self._holders.get(tail, ()) for tail in tails))
        )
