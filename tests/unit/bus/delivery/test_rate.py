"""A token bucket: no more starts than its rate allows, whatever is changed."""

from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.rate import Bucket, changed

RATES = st.floats(0.01, 20)


def taken(bucket: Bucket, now: float) -> int:
    """How many start now, if all that may do."""
    count = 0
    while bucket.take(now):
        count += 1
    return count


def test_a_change_is_no_refill() -> None:
    """What was used up stays so; what comes after comes at the new rate."""
    bucket = Bucket(10, 0)
    assert taken(bucket, 0) == 10
    same = changed(bucket, 10, 0)
    assert same is not None
    assert taken(same, 0) == 0
    faster = changed(same, 100, 0)
    assert faster is not None
    assert taken(faster, 0.5) == 50
    assert changed(faster, None, 0) is None


def test_a_slower_one_has_a_smaller_burst() -> None:
    """A second's worth at most, as if it had always been so slow."""
    slower = changed(Bucket(100, 0), 5, 0)
    assert slower is not None
    assert taken(slower, 0) == 5


@given(RATES, st.lists(st.tuples(st.floats(0, 3), RATES), max_size=12))
def test_never_more_than_the_rates_allow(
    first: float, steps: list[tuple[float, float]]
) -> None:
    """A second's worth of the first at once, then what each rate gives in its time."""
    now, rate = 0.0, first
    bucket = changed(None, first, now)
    allowed, count = max(1.0, first), 0
    for gone_s, following in steps:
        assert bucket is not None
        now += gone_s
        allowed += gone_s * rate
        count += taken(bucket, now)
        assert count <= allowed + 1e-6
        rate = following
        bucket = changed(bucket, rate, now)
