"""The places that one project may have, kept with their utilities: other weights only add up anew.

Neither the rules nor the utilities depend on the weights. While index, project and visibility stay, a
ranking under other weights is a weighted sum over those that pass, a few in a hundred of all places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.matching.columns import Bools, Floats, Ints, NeedColumns
from service.matching.compiled.passing import best_of, passing_rows
from service.matching.context import Context
from service.matching.place_ranking import measured_at
from service.matching.places import Places, Segment
from service.matching.plan import Planned
from service.matching.planning import plans_of
from service.matching.ranking import Cursor, Ranking, ShownMode, site_mode
from service.matching.rules import AdmissionRule


@dataclass(frozen=True, slots=True, eq=False)
class FirstPage:
    """The best candidates under some weights, best first; the same as ``ranking.Ranking`` says of them.

    ``rows`` and ``chosen`` are theirs among the candidates, and which reading counts.
    """

    rows: Ints
    chosen: Ints
    positions: Ints
    scores: Floats
    site_modes: tuple[ShownMode, ...]
    next_cursor: Cursor | None


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Every visible and eligible place of one project, in the order of the tie keys.

    Attributes
    ----------
    positions : ndarray of int64, shape (m,)
    passes : ndarray of bool, shape (readings, m)
    utilities : ndarray of float64, shape (readings, number of criteria, m)
    unknown : ndarray of bool, the same shape
    modes : tuple of {"build", "rent", "both"}, one per reading
    excluded_count : int
        Of the visible places.
    """

    places: Places
    positions: Ints
    passes: Bools
    utilities: Floats
    unknown: Bools
    modes: tuple[ShownMode, ...]
    excluded_count: int

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def nbytes(self) -> int:
        """What the arrays take."""
        return self.positions.nbytes + self.passes.nbytes + self.utilities.nbytes + self.unknown.nbytes

    def first_page(self, weights: Floats, k: int) -> FirstPage:
        """The k best under normalised weights, to the last digit as ``rank_places`` ranks them.

        Parameters
        ----------
        weights : ndarray of float64, shape (number of criteria,)
        """
        scores, rows, chosen = best_of(weights, self.utilities, self.passes, k)
        positions = self.positions[rows]
        cursor = None
        if 0 < len(rows) < len(self.positions):
            cursor = Cursor(float(scores[-1]), self.places.tie_key(int(positions[-1])))
        modes = tuple(self.modes[reading] for reading in chosen.tolist())
        return FirstPage(rows, chosen, positions, scores, modes, cursor)

    def ranking(self, page: FirstPage) -> Ranking:
        """The page in full."""
        return Ranking(
            positions=page.positions,
            scores=page.scores,
            site_modes=page.site_modes,
            utilities=self.utilities[page.chosen, :, page.rows],
            unknown=self.unknown[page.chosen, :, page.rows],
            preceding=0,
            eligible_count=len(self),
            excluded_count=self.excluded_count,
            next_cursor=page.next_cursor,
        )


def candidates_of(
    rules: Sequence[AdmissionRule],
    need: NeedColumns,
    places: Places,
    context: Context,
    *,
    visible: Bools,
    most: int,
) -> Candidates | None:
    """The candidates of one need, or None where they are more than ``most``.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    need : NeedColumns, one row
    visible : ndarray of bool, shape (n,)
    """
    found: list[tuple[Segment, int, tuple[Planned, ...], Ints, Bools]] = []
    seen = eligible = 0
    for segment, start in zip(places.segments, places.starts, strict=False):
        table = segment.table
        shown = visible[start : start + len(table)] & segment.alive
        plans = plans_of(rules, need, table, context)
        passes = np.stack(
            [passing_rows(one.plan, table.numbers, table.codes, table.blocks, shown) for one in plans]
        )
        rows = np.flatnonzero(passes.any(axis=0))
        if len(places.segments) == 1:
            rows = rows[np.argsort(table.tie_rank[rows], kind="stable")]
        seen += int(np.count_nonzero(shown))
        eligible += len(rows)
        if eligible > most:
            return None
        found.append((segment, start, plans, rows, passes[:, rows]))
    positions = np.concatenate([rows + start for _, start, _, rows, _ in found])
    kept = np.concatenate([passes for *_, passes in found], axis=1)
    measured = [_measured(segment, plans, rows) for segment, _, plans, rows, _ in found]
    utilities = np.concatenate([values for values, _ in measured], axis=2)
    unknown = np.concatenate([missing for _, missing in measured], axis=2)
    if len(found) > 1:
        order = sorted(range(len(positions)), key=lambda row: places.tie_key(int(positions[row])))
        positions, kept = positions[order], kept[:, order]
        utilities, unknown = utilities[:, :, order], unknown[:, :, order]
    modes = tuple(site_mode(mode, 0) for mode in need.modes())
    return Candidates(
        places,
        positions,
        np.ascontiguousarray(kept),
        np.ascontiguousarray(utilities),
        np.ascontiguousarray(unknown),
        modes,
        seen - eligible,
    )


def _measured(segment: Segment, plans: Sequence[Planned], rows: Ints) -> tuple[Floats, Bools]:
    """Utilities and what is missing in each reading. Shape (readings, number of criteria, len(rows))."""
    found = [measured_at(planned, segment, rows) for planned in plans]
    return np.stack([values for values, _ in found]), np.stack([missing for _, missing in found])
