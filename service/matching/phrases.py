"""What the channels of likeness read in a text: its terms, and the pieces of a term."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.matching.words import normalised

Analyzer = Callable[[str], Iterable[str]]

_SEPARATORS = re.compile(r"[、；，。;,\s（）()：:]+")
_DOING = "制造|加工|生产|销售|批发|零售|经营|服务|开发|设计|安装|维修|制作|研发"
_ACTIVITY = re.compile(f"的?(?:{_DOING})+")
_EDGE = re.compile(
    f"(?:的|及其|和|与|及|等|各类|各种|兼|自产|自营|代理|业务|{_DOING})+$"
    "|^(?:生产|加工|销售|制造|批发|零售|经营|自产|自销|各类|各种|开发|设计|安装|维修|研发|其他|一般)+"
)
LONGEST_TERM: Final = 12


def folded(text: str) -> str:
    """NFKC and lower case; punctuation stays."""
    return unicodedata.normalize("NFKC", text).lower()


def terms(text: str) -> list[str]:
    """The parts between separators, in their order."""
    # Split before folding: NFKC turns the separators of the one kind into those of the other.
    return [part for part in _SEPARATORS.split(text) if part]


def goods(text: str) -> list[str]:
    """Terms without the words of activity at their ends: "家具的制造" is 家具."""
    parts = (_EDGE.sub("", _EDGE.sub("", part)) for part in _SEPARATORS.split(folded(text)))
    return [part for part in parts if len(part) > 1]


def activities(text: str) -> list[str]:
    """What is done to the goods: "的制造", "批发零售"."""
    return _ACTIVITY.findall(folded(text))


def heads(text: str) -> list[str]:
    """The first two characters of each of the goods."""
    return [part[:2] for part in goods(text)]


def tails(text: str) -> list[str]:
    """The last two characters of each of the goods."""
    return [part[-2:] for part in goods(text)]


def pairs(text: str) -> list[str]:
    """Two adjacent characters of one word."""
    return [word[i : i + 2] for word in normalised(text).split() for i in range(len(word) - 1)]


def triples(text: str) -> list[str]:
    """Three adjacent characters of one word."""
    return [word[i : i + 3] for word in normalised(text).split() for i in range(len(word) - 2)]


def grams(text: str) -> list[str]:
    """One to three adjacent characters, a space where a word ends."""
    clean = normalised(text)
    return [clean[i : i + size] for size in (1, 2, 3) for i in range(len(clean) - size + 1)]


def whole(text: str) -> list[str]:
    """The term as it stands."""
    return [folded(text)]


def pieces(text: str) -> list[str]:
    """Everything of 2 to 12 characters: a place's term may stand inside a longer phrase."""
    clean = folded(text)
    longest = range(2, LONGEST_TERM + 1)
    return [clean[i : i + size] for size in longest for i in range(len(clean) - size + 1)]


def list_share(texts: Sequence[str], words: Collection[str]) -> NDArray[np.float64]:
    """How far each text is a list of catalogue words, 0 (a scope of business) to 1. Shape (len(texts),).

    The share of its characters that stand in terms which are such words, squared: a scope of business
    holds some of them by chance.
    """
    shares = np.zeros(len(texts))
    for row, text in enumerate(texts):
        parts = [part for part in _SEPARATORS.split(folded(text)) if part]
        known = sum(len(part) for part in parts if part in words)
        shares[row] = (known / max(1, sum(map(len, parts)))) ** 2
    return shares
