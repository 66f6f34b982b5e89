"""Asking filters of samples: what anybody may have done, as often as he likes."""

from bus.delivery.subscription import Subscription
from processors.subscriptions.doubts import passes_a_sample
from processors.subscriptions.sifting import Sieve
from processors.subscriptions.trial import choose
from tests.support.facts import a_subscription

DEAR = "|".join(["[@,@][]"] * 13) + " | length(@) < `1`"


def dear() -> Subscription:
    """One whose filter takes tens of thousands of steps, and wants nothing."""
    return a_subscription("dear", types=["*"], filter=DEAR)


def test_so_many_steps_in_all() -> None:
    """However many samples there are: then nothing is asked any more."""
    sieve = Sieve(DEAR)
    asked = 0
    while not sieve.used_up:
        assert not sieve.passes({"a": 1})
        asked += 1
    assert asked < 10
    assert not Sieve("a == `2`").passes({"a": 1})
    assert Sieve("a == `1`").passes({"a": 1})
    assert Sieve(None).passes({})


def test_what_is_not_known_is_not_said() -> None:
    """No doubt about a filter that could not be asked of all."""
    assert passes_a_sample(dear()) is None
    cheap = a_subscription("cheap", types=["*"], filter="status == 'never'")
    assert passes_a_sample(cheap) is False


def test_a_test_event_is_sent_all_the_same() -> None:
    """The first sample, and that the filter does not want it."""
    _, doc, wanted = choose(dear(), None, 1_700_000_000.0)
    assert not wanted
    assert doc["id"]
