"""Names of raw materials as features: two names meet when one contains the other."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from scipy.sparse import csr_array
from sklearn.utils import murmurhash3_32

from service.matching.exact import integer_rows

_MATERIAL_FEATURES: Final = 2**18
#: Characters of a material's name that are compared; a name has its square of substrings.
_NAME_LENGTH: Final = 24


def _substrings(name: str) -> set[str]:
    return {name[start:end] for start in range(len(name)) for end in range(start + 1, len(name) + 1)}


def _compared(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()[:_NAME_LENGTH]


def asked_features(name: str) -> set[str]:
    """Meets ``held_features`` of another name exactly when one contains the other ("竹材", "毛竹竹材")."""
    name = _compared(name)
    return {f"holds {name}", *(f"is {part}" for part in _substrings(name))}


def held_features(name: str) -> set[str]:
    """The other side of ``asked_features``."""
    name = _compared(name)
    return {f"is {name}", *(f"holds {part}" for part in _substrings(name))}


def material_rows(rows: Sequence[Sequence[set[str]]]) -> csr_array:
    """1 on the hashed features of all names of a row (MurmurHash3, the same on every machine)."""
    columns = [{_column(feature): 1 for name in names for feature in name} for names in rows]
    return integer_rows(columns, _MATERIAL_FEATURES)


# Bounded: the names come from callers.
@lru_cache(maxsize=65_536)
def _column(feature: str) -> int:
    return int(murmurhash3_32(feature, positive=True)) % _MATERIAL_FEATURES
