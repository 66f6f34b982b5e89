"""What fault runs say about time: they notice what comes early, late or in line."""

import pytest

from bus.record import Record
from tests.faults.timing import LATE_S, Calm, delays, isolation
from tests.guarantees import Pair
from tests.support.worlds import topology

PAIR = Pair("e-1", "shop")
CALM = Calm(90, 110)


def hop(at_s: float, tier: str = "1s", attempts: int = 1) -> Record:
    """A record of a tier topic, appended at a moment."""
    headers = (
        ("ce_id", PAIR.event_id.encode()),
        ("bus-subscription", PAIR.subscription.encode()),
        ("bus-origin", b"oms.order/0/1"),
        ("bus-origin-ms", b"1"),
        ("bus-attempts", b"%d" % attempts),
        ("bus-replay", b"0"),
        ("bus-at-ms", b"1"),
    )
    topic = topology().retry_topic(PAIR.subscription, tier)
    return Record(topic, 0, 0, int(at_s * 1000), b"k", b"v", headers)


def judge(
    hops: list[Record],
    came: list[float],
    excused: frozenset[Pair] = frozenset(),
    well: str = PAIR.subscription,
) -> None:
    """Judge the requests of one delivery."""
    for promise in delays(hops, topology(), {PAIR: came}, excused, {well}, CALM):
        promise.check()


def test_an_attempt_before_its_time_is_noticed() -> None:
    """To the millisecond; in time it is not."""
    judge([hop(100)], [99.9, 101.0])
    with pytest.raises(AssertionError, match="1 attempts too early"):
        judge([hop(100)], [99.9, 100.999])


def test_the_attempt_before_the_hop_may_be_in_the_same_millisecond() -> None:
    """It is the one that failed."""
    judge([hop(100)], [100.0006, 101.0])


def test_each_tier_has_its_own_delay() -> None:
    """The second wait begins with the second hop."""
    hops = [hop(100), hop(101.1, "5s", attempts=2)]
    judge(hops, [99.9, 101.0, 106.1])
    with pytest.raises(AssertionError, match="too early"):
        judge(hops, [99.9, 101.0, 103.0])


def test_a_crash_excuses_an_early_attempt() -> None:
    """It may be made from where the delivery was before."""
    judge([hop(100)], [99.9, 100.5], frozenset({PAIR}))


def test_a_hop_written_twice_counts_from_the_first() -> None:
    """Its acknowledgement was lost; either of the two may be delivered."""
    judge([hop(100), hop(100.5)], [99.9, 101.0, 101.5])


def test_lateness_counts_in_the_calm_only() -> None:
    """While processes are killed nobody is punctual."""
    late = 1.0 + LATE_S + 0.1
    judge([hop(50)], [49.9, 50 + late])
    judge([hop(109.5)], [109.4, 109.5 + late])
    judge([hop(100)], [99.9, 100 + late], well="others")
    with pytest.raises(AssertionError, match="p95 of 1 tier attempts"):
        judge([hop(100)], [99.9, 100 + late])


def test_a_held_delivery_is_not_judged() -> None:
    """It hopped on without an attempt."""
    came = {PAIR: [99.9]}
    any_time, _ = delays([hop(100)], topology(), came, frozenset(), (), CALM)
    assert not any_time.late_s


def test_a_first_attempt_that_waits_for_others_is_noticed() -> None:
    """Of a subscription that is well; others are not asked."""
    requests = {PAIR: [100.1, 103.0], Pair("e-1", "sick"): [109.0]}
    isolation({"e-1": 100.0}, ["shop"], requests).check()
    with pytest.raises(AssertionError, match="sick: p95 waited 9"):
        isolation({"e-1": 100.0}, ["shop", "sick"], requests).check()
