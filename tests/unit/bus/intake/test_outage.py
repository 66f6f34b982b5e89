"""After a failure one write at a time finds out; a good one ends it."""

from bus.intake.receiving.outage import LOST_S, PAUSE_S, Outage, Outages
from bus.topics.partitioning import partition_of


def test_an_outage() -> None:
    """From the first failure to the first acknowledgement."""
    outage = Outage()
    assert outage.admits(0)
    assert outage.worked(0) is None
    assert outage.failed(10, "away")
    assert not outage.failed(10.2, "still away")
    assert not outage.admits(10.5)
    assert outage.admits(10.2 + PAUSE_S)
    assert not outage.admits(10.3 + 2 * PAUSE_S)  # one finds out, as long as it takes
    assert not outage.failed(14, "still away")
    assert not outage.admits(14.5)
    assert outage.admits(14 + PAUSE_S)
    assert outage.why == "still away"
    assert outage.worked(16) == 6
    assert outage.since is None
    assert outage.admits(16)


def test_one_that_finds_out_and_never_tells() -> None:
    """Another takes its place."""
    outage = Outage()
    outage.failed(10, "away")
    assert outage.admits(12)
    assert not outage.admits(11.9 + LOST_S)
    assert outage.admits(12 + LOST_S)


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
