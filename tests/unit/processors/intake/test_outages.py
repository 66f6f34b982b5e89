"""The leader of one partition may be away alone."""

from bus.topics.partitioning import partition_of
from processors.intake.outages import Outages


def test_partitions_are_judged_by_themselves() -> None:
    """And what has no key by itself."""
    outages = Outages(3)
    keys = [str(number).encode() for number in range(30)]
    here = [key for key in keys if partition_of(key, 3) == 0]
    elsewhere = [key for key in keys if key not in here]
    assert not outages.any
    assert outages.worked(here[0], 1) is None
    assert outages.failed(here[0], 10, "away")
    assert not outages.failed(here[1], 10.1, "still away")
    assert outages.any
    assert outages.of(here[2]).why == "still away"
    assert not any(outages.of(key).admits(10.5) for key in here)
    assert all(outages.of(key).admits(10.5) for key in [*elsewhere, None])
    assert outages.failed(None, 11, "away")
    assert not outages.of(None).admits(11.5)
    assert outages.worked(elsewhere[0], 12) is None
    assert outages.worked(here[3], 12) == 2
    assert all(outages.of(key).admits(12.5) for key in here)
    assert outages.worked(None, 13) == 2
    assert not outages.any
