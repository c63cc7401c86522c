import numba
import pytest

from service.matching import compiled


def test_what_cannot_be_kept_on_disk_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*, cache: bool = False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(**options)

    monkeypatch.setattr(compiled, "njit", refuses)
    assert compiled.compiled(lambda number: number + 1)(2) == 3


def test_a_division_by_zero_is_an_infinity_as_in_numpy() -> None:
    assert compiled.compiled(lambda one, other: one / other)(1.0, 0.0) == float("inf")
