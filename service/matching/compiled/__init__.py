"""The compiled kernel: exact top k of the weighted blend under the admission rules, over one table.

Equal to the plain NumPy code to the last digit: the same operations on the same doubles in the same
order, nothing reassociated. Blocks of rows are skipped only where a bound says that they cannot matter;
the bounds are sums of the same form over larger utilities, and rounding never turns a larger sum into a
smaller one. One thread per call, the interpreter's lock released, so that requests run side by side.
"""

from numba import njit

#: Without fastmath: nothing may be reassociated. NumPy's division: by zero it gives an infinity.
compiled = njit(cache=True, nogil=True, error_model="numpy")
inlined = njit(cache=True, nogil=True, error_model="numpy", inline="always")
