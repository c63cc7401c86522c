"""The supply chain's features of many needs or offers, as a structure of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from service.matching.exact import canonical, row_of


def _stacked(parts: Sequence[Any]) -> Any:
    """Arrays or sparse matrices of one kind, one below the other."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return csr_array(vstack(parts, format="csr"))


@dataclass(frozen=True)
class ChainNeeds:
    """The needs' side, m rows.

    Attributes
    ----------
    inputs : csr_array of int64, shape (m, V)
        Points on the industries of everything bought; a fully met term earns 1200.
    inputs_attainable : ndarray of int64, shape (m,)
        1200 per readable term; 0 = none.
    products, products_attainable
        The same of everything made.
    suppliers, buyers : csr_array of int64, shape (m, V)
        1 on the industries that usually supply (only where no input could be read)
        and that usually buy.
    materials : csr_array of int64, shape (all materials, H)
    material_starts : ndarray of int64, shape (m + 1,)
        Row i has the materials from material_starts[i] up to material_starts[i + 1].
    max_haul_km : ndarray of float64, shape (all materials,), kilometres, NaN = any
    lon, lat : ndarray of float64, shape (m,), degrees, NaN = not known
    """

    inputs: csr_array
    inputs_attainable: NDArray[np.int64]
    products: csr_array
    products_attainable: NDArray[np.int64]
    suppliers: csr_array
    buyers: csr_array
    materials: csr_array
    material_starts: NDArray[np.int64]
    max_haul_km: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def material_owner(self) -> NDArray[np.int64]:
        """The need's row of every material. Shape (all materials,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.material_starts))

    def take(self, index: NDArray[np.integer[Any]] | Sequence[int]) -> Self:
        """The rows at ``index``, in that order."""
        rows = np.asarray(index, dtype=np.int64)
        if len(rows) == 1:
            return self._row(int(rows[0]))
        counts = np.diff(self.material_starts)[rows]
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        materials = np.repeat(self.material_starts[rows] - starts[:-1], counts) + np.arange(starts[-1])
        return type(self)(
            inputs=self.inputs[rows],
            inputs_attainable=self.inputs_attainable[rows],
            products=self.products[rows],
            products_attainable=self.products_attainable[rows],
            suppliers=self.suppliers[rows],
            buyers=self.buyers[rows],
            materials=self.materials[materials],
            material_starts=starts,
            max_haul_km=self.max_haul_km[materials],
            lon=self.lon[rows],
            lat=self.lat[rows],
        )

    def _row(self, row: int) -> Self:
        first, last = self.material_starts[row : row + 2].tolist()
        ends = self.materials.indptr[first : last + 1]
        kept = slice(ends[0], ends[-1])
        return type(self)(
            inputs=row_of(self.inputs, row),
            inputs_attainable=self.inputs_attainable[row : row + 1],
            products=row_of(self.products, row),
            products_attainable=self.products_attainable[row : row + 1],
            suppliers=row_of(self.suppliers, row),
            buyers=row_of(self.buyers, row),
            materials=canonical(
                self.materials.data[kept],
                self.materials.indices[kept],
                (ends - ends[0]).astype(np.int64),
                self.materials.shape[1],
            ),
            material_starts=np.array([0, last - first], dtype=np.int64),
            max_haul_km=self.max_haul_km[first:last],
            lon=self.lon[row : row + 1],
            lat=self.lat[row : row + 1],
        )

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """All rows of the parts (at least one), one part after the other."""
        counts = np.concatenate([np.diff(part.material_starts) for part in parts])
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        columns = {f.name: _stacked([getattr(part, f.name) for part in parts]) for f in fields(cls)}
        return cls(**(columns | {"material_starts": starts}))


@dataclass(frozen=True)
class ChainOffers:
    """The offers' side, n rows.

    Attributes
    ----------
    closure : csr_array of int64, shape (n, V)
        1 on every industry of the place and its ancestors.
    materials : csr_array of int64, shape (n, H)
    known : ndarray of bool, shape (n,)
        Whether the place says anything of its industries or materials.
    lon, lat : ndarray of float64, shape (n,), degrees, NaN = not known
    """

    closure: csr_array
    materials: csr_array
    known: NDArray[np.bool_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lon)

    def take(self, index: NDArray[np.integer[Any]] | Sequence[int]) -> Self:
        """The rows at ``index``, in that order."""
        rows = np.asarray(index, dtype=np.int64)
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """All rows of the parts (at least one), one part after the other."""
        return cls(**{f.name: _stacked([getattr(part, f.name) for part in parts]) for f in fields(cls)})
