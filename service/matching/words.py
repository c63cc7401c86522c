"""Words: how a text is cleaned, which words are known, which two texts share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from service.matching.trade_words import ACTIVITY, BOILERPLATE, TERM_CODES

_SEPARATOR = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """NFKC, lower case, every run of punctuation one space; padded, so that ends of words count."""
    return f" {_SEPARATOR.sub(' ', unicodedata.normalize('NFKC', text).lower()).strip()} "


def word_labels(texts: Sequence[str], labels: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Labelled texts as they stand, then their parts without the words of activity ("家具制造业": 家具)."""
    if len(labels) != len(texts):
        raise ValueError(f"{len(texts)} texts but labels for {len(labels)}")
    words: dict[str, tuple[str, ...]] = {}
    labelled = [(normalised(text).strip(), tuple(found)) for text, found in zip(texts, labels, strict=True)]
    for text, found in labelled:
        if found:
            words.setdefault(text, found)
    for text, found in labelled:
        for part in ACTIVITY.sub(" ", text).split():
            if found and len(part) > 1 and part not in BOILERPLATE:
                words.setdefault(part, found)
    return words


def shared_words(need: str, offer: str) -> list[str]:
    """Maximal common substrings inside one word of the need, without repetition."""
    parts, starts = _read(need)
    found: dict[str, None] = {}
    reach, last = 0, -1
    # Where not even two characters are in the offer nothing begins.
    for number, start in sorted(place for pair in starts.keys() & _pairs(offer) for place in starts[pair]):
        part = parts[number]
        if number != last:
            reach, last = 0, number
        end = max(start + 1, reach)
        while end < len(part) and part[start : end + 1] in offer:
            end += 1
        piece = part[start:end]
        if end > reach and len(piece) > 1 and piece in offer and not piece.isdigit():
            found.setdefault(piece)
        reach = max(reach, end)
    pieces = [piece for piece in found if ACTIVITY.sub("", piece) and piece not in BOILERPLATE]
    return [piece for piece in pieces if not any(piece != other and piece in other for other in pieces)]


@lru_cache(maxsize=256)
def _read(need: str) -> tuple[list[str], dict[str, list[tuple[int, int]]]]:
    """The words of a text, and where in which of them every two adjacent characters stand."""
    parts = need.split()
    starts: dict[str, list[tuple[int, int]]] = {}
    for number, part in enumerate(parts):
        for start in range(len(part) - 1):
            starts.setdefault(part[start : start + 2], []).append((number, start))
    return parts, starts


@lru_cache(maxsize=2_048)
def _pairs(offer: str) -> frozenset[str]:
    """Every two adjacent characters."""
    return frozenset(map("".join, pairwise(offer)))


def training_texts(
    industries: Sequence[tuple[str, str, str | None]],
    word_codes: Mapping[str, Sequence[str]],
    catalogue: Sequence[str],
) -> tuple[list[str], list[tuple[str, ...]]]:
    """The shipped texts in the form that ``TextModel.fit`` takes.

    Parameters
    ----------
    industries : sequence of (code, name, parent)
        GB/T 4754; a name is labelled with its division (letter and two digits).
    word_codes : mapping of word to industry codes
        Words of the catalogue ("装备制造": C34, C35). Together with the trade words
        of this package, which win, they go before the names.
    catalogue : sequence of str
        Leading industries of every zone of the catalogue; they teach rarity alone.

    Returns
    -------
    texts, labels : lists of equal length
    """
    # A word that nobody could read teaches nothing that the catalogue's own lists do not.
    known = {word: codes for word, codes in {**word_codes, **TERM_CODES}.items() if codes}
    texts = [*known, *(name for _, name, _ in industries), *catalogue]
    divisions = [tuple(sorted({code[:3] for code in codes if len(code) > 2})) for codes in known.values()]
    divisions += [(code[:3],) if len(code) > 2 else () for code, _, _ in industries]
    return texts, divisions + [()] * len(catalogue)
