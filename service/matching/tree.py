"""Nearness of industries in the tree of GB/T 4754 (section, division, group, class).

A need stands at one node. Walking from its section down to that node, every step
that a place also covers earns a fixed number of points; the similarity is the
share of the attainable points. Most of them hang on the division: a place that
leads "C21 家具制造业" nearly fits every furniture class, while a place that only
shares the section (all of manufacturing) fits little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.exact import broadcast_product, integer_rows

#: Points for sharing the section, the division, the group, the class.
LEVEL_POINTS: tuple[int, int, int, int] = (20, 60, 10, 10)


class IndustryTree:
    """The classification as paths, and as integer features.

    Parameters
    ----------
    rows : iterable of (code, name, parent)
        In any order; parent is "" (or None) for a section. Codes carry the
        section's letter: C, C21, C211, C2110.

    Attributes
    ----------
    codes : tuple of str, length V
        Ascending; the position of a code is its feature column.

    Raises
    ------
    ValueError
        If a code stands twice, or a path is deeper than four levels (or has a cycle).
    KeyError
        If a parent is missing.

    Notes
    -----
    Source of the codes: GB/T 4754-2017 国民经济行业分类.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str | None]]) -> None:
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        for code, name, parent in rows:
            if code in self._names:
                raise ValueError(f"industry code {code} stands twice")
            self._names[code] = name
            self._parents[code] = parent or ""
        self.codes: tuple[str, ...] = tuple(sorted(self._names))
        self._columns = {code: column for column, code in enumerate(self.codes)}
        self._paths = {code: self._walk_up(code) for code in self.codes}

    def _walk_up(self, code: str) -> tuple[str, ...]:
        path = [code]
        while parent := self._parents[path[-1]]:
            if len(path) == len(LEVEL_POINTS):
                raise ValueError(f"industry {code} lies deeper than {len(LEVEL_POINTS)} levels")
            path.append(parent)
        return tuple(reversed(path))

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self._names

    def name(self, code: str) -> str:
        """The Chinese name of a code. Raises KeyError when the code is unknown."""
        return self._names[code]

    def path(self, code: str) -> tuple[str, ...]:
        """The codes from the section down to ``code`` itself. Raises KeyError when unknown."""
        return self._paths[code]

    def is_within(self, code: str, ancestor: str) -> bool:
        """Whether ``code`` is ``ancestor`` or lies below it. Raises KeyError when either is unknown."""
        if ancestor not in self._names:
            raise KeyError(ancestor)
        return ancestor in self._paths[code]

    def nearest(self, code: str, declared: Iterable[str]) -> tuple[str, str] | None:
        """What a place declares that comes closest to ``code``, for the sentence.

        Returns
        -------
        (declared code, deepest shared node) or None
            None when nothing is declared in the same section. Of equally close
            ones the first in declared order.
        """
        declared = list(declared)
        found = self.closest(code, self.holders(declared))
        return None if found is None else (declared[found[0]], found[1])

    def holders(self, declared: Iterable[str]) -> dict[str, int]:
        """For every declared code and its ancestors, which declared one is the first to lie there."""
        found: dict[str, int] = {}
        for place, code in enumerate(declared):
            for node in self._paths[code]:
                found.setdefault(node, place)
        return found

    def closest(self, code: str, holders: Mapping[str, int]) -> tuple[int, str] | None:
        """``nearest`` for one of many codes: the place of the declared one, and the deepest shared node."""
        for node in reversed(self._paths[code]):
            # Two paths that share a node share all above it.
            if node in holders:
                return holders[node], node
        return None

    def need_matrix(
        self, codes: Sequence[str], points: tuple[int, int, int, int] = LEVEL_POINTS
    ) -> tuple[csr_array, NDArray[np.int64]]:
        """Each need's points on the nodes of its path, and the most it can earn.

        Parameters
        ----------
        codes : sequence of str, length m
        points : points per level, section first

        Returns
        -------
        needs : csr_array of int64, shape (m, V)
        attainable : ndarray of int64, shape (m,)
            The sum down to the need's own level: a need that names only its
            division is fully met by any place of that division.

        Raises
        ------
        KeyError
            If a code is unknown.
        """
        rows = [self.points_of(code, points) for code in codes]
        attainable = np.array([sum(row.values()) for row in rows], dtype=np.int64)
        return integer_rows(rows, len(self.codes)), attainable

    def points_of(self, code: str, points: tuple[int, int, int, int] = LEVEL_POINTS) -> dict[int, int]:
        """The points that stand on the columns of a code's path. Raises KeyError when it is unknown."""
        path = zip(self._paths[code], points, strict=False)
        return {self._columns[node]: value for node, value in path if value}

    def offer_matrix(self, declared: Sequence[Sequence[str]]) -> csr_array:
        """1 on every declared code and its ancestors, else 0.

        Parameters
        ----------
        declared : sequence of code sequences, length n

        Returns
        -------
        offers : csr_array of int64, shape (n, V)

        Raises
        ------
        KeyError
            If a code is unknown.
        """
        rows = [
            {self._columns[node]: 1 for code in codes for node in self._paths[code]} for codes in declared
        ]
        return integer_rows(rows, len(self.codes))

    def similarity(
        self, needs: csr_array, attainable: NDArray[np.int64], offers: csr_array
    ) -> NDArray[np.float64]:
        """Points earned over points attainable, in [0, 1].

        The nodes of a need lie on one path and the offer's set contains all
        ancestors, so the product over the union of the declared codes is the
        largest over any single one of them.

        Parameters
        ----------
        needs : csr_array of int64, shape (m, V)
        attainable : ndarray of int64, shape (m,)
        offers : csr_array of int64, shape (n, V), m == n or one of them 1

        Returns
        -------
        similarity : ndarray of float64, shape (max(m, n),)
        """
        return broadcast_product(needs, offers) / attainable
