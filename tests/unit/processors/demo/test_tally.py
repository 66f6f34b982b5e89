"""When the demo's figures are final."""

from processors.demo.partners import partners
from processors.demo.tally import Tally
from tests.support.heard import SECRET


def test_a_retry_is_settled_once_its_tier_is_committed() -> None:
    """Accepted alone is not enough: the last table would show it as waiting."""
    tally = Tally(partners("SO-1", SECRET))
    assert not tally.unsettled
    bank = tally.counts["bank"]
    bank.expected.add("event")
    assert tally.unsettled
    bank.accepted["event"] += 1
    bank.tiers = {"1s": 1, "5s": 0}
    assert (tally.open, tally.unsettled) == (0, True)
    bank.tiers = {"1s": 0, "5s": 0}
    assert not tally.unsettled
