"""After a failure one write at a time finds out; a good one ends it."""

from bus.intake.receiving.outage import LOST_S, PAUSE_S, Outage


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
