"""After a failure one write a second finds out; a good one ends it."""

from bus.intake.receiving.outage import PAUSE_S, Outage


def test_an_outage() -> None:
    """From the first failure to the first acknowledgement."""
    outage = Outage()
    assert outage.admits(0)
    assert outage.worked(0) is None
    assert outage.failed(10, "away")
    assert not outage.failed(10.2, "still away")
    assert not outage.admits(10.5)
    assert outage.admits(10.2 + PAUSE_S)
    assert not outage.admits(10.3 + PAUSE_S)  # one finds out
    assert outage.why == "still away"
    assert outage.worked(15) == 5
    assert outage.since is None
    assert outage.admits(15)
