import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.compiled.nearness import nearness
from service.matching.geodesy import EARTH_RADIUS_KM, directions, great_circle_km

FAR_KM = 1500.0
points = st.tuples(st.floats(73, 135), st.floats(3, 54))


def _near(ours, theirs):
    sides = (directions(*np.array(side, dtype=np.float64).T) for side in (ours, theirs))
    return nearness(*sides, EARTH_RADIUS_KM, FAR_KM, 0.5)


@given(one=points, many=st.lists(points, min_size=1, max_size=20))
def test_nearness_is_that_of_the_haversine_distance(one, many):
    values, unknown = _near([one], many)
    lon, lat = np.array(many).T
    distance = great_circle_km(np.array([one[0]]), np.array([one[1]]), lon, lat)
    # Of unit vectors 1e-16 is left uncertain, which is a millionth of a millimetre.
    assert np.abs(values - (1 - np.minimum(distance, FAR_KM) / FAR_KM)).max() < 1e-12
    assert not unknown.any()


@given(one=points, many=st.lists(points, min_size=1, max_size=20))
def test_one_row_or_many_and_either_direction_give_the_same_digits(one, many):
    values, _ = _near([one], many)
    assert _near(many, [one])[0].tobytes() == values.tobytes()
    assert _near([one] * len(many), many)[0].tobytes() == values.tobytes()
    assert [_near([one], [other])[0][0] for other in many] == values.tolist()


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [(120.0, 30.0, 1.0), (120.0, 44.0, 0.0), (-60.0, -30.0, 0.0), (float("nan"), 30.0, 0.5)],
)
def test_the_ends_of_the_scale_and_what_is_not_known(lon, lat, expected):
    values, unknown = _near([(120.0, 30.0)], [(lon, lat)])
    assert values.tolist() == [expected]
    assert unknown.tolist() == [bool(np.isnan(lon))]


def test_no_place_has_no_nearness():
    assert [len(part) for part in _near([(120.0, 30.0)], np.zeros((0, 2)))] == [0, 0]
