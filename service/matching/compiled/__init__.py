"""The compiled kernel: exact top k of the weighted blend under the admission rules, over one table.

Equal to the plain NumPy code to the last digit: the same operations on the same doubles in the same
order, nothing reassociated. Blocks of rows are skipped only where a bound says that they cannot matter;
the bounds are sums of the same form over larger utilities, and rounding never turns a larger sum into a
smaller one. One thread per call, the interpreter's lock released, so that requests run side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# Without fastmath: nothing may be reassociated. NumPy's division: by zero it gives an infinity.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Compile at the first call, and keep the result on disk where there is a place for it.

    Without one, a read-only installation and no NUMBA_CACHE_DIR, numba refuses to keep anything: then
    every process compiles for itself.
    """
    try:
        return njit(cache=True, **_OPTIONS, **options)(function)
    except RuntimeError:
        return njit(**_OPTIONS, **options)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile into its callers: a plan of two dozen arrays is too much to hand over for every row."""
    return compiled(function, inline="always")
