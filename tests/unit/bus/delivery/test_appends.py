"""Appends to an ordered topic that were made twice."""

import pytest

from bus.delivery.appends import Appends
from bus.delivery.delivery import Origin


def at(offset: int, ms: int, topic_id: str = "T1", partition: int = 0) -> Origin:
    """A place in oms.order."""
    return Origin("oms.order", partition, offset, ms, topic_id=topic_id)


@pytest.fixture
def appends() -> Appends:
    """B and C of an order were seen; A came before this process did."""
    appends = Appends()
    assert not appends.repeated("SO-1", "b", at(11, 110))
    assert not appends.repeated("SO-1", "c", at(12, 120))
    return appends


def test_what_was_seen_is_repeated(appends: Appends) -> None:
    """The same event from the same place."""
    assert appends.repeated("SO-1", "b", at(11, 110))
    assert appends.repeated("SO-1", "c", at(12, 120))


def test_what_came_before_this_process_is_repeated(appends: Appends) -> None:
    """It is older than the first one seen, in offset and in time."""
    assert appends.repeated("SO-1", "a", at(10, 110))


def test_an_age_that_began_anew_changes_nothing(appends: Appends) -> None:
    """What counts is the record's own time."""
    assert appends.repeated("SO-1", "a", at(10, 100).from_now(5_000))


@pytest.mark.parametrize(
    ("event", "origin"),
    [
        ("x", at(0, 200, "T2")),  # a topic made anew
        ("x", at(0, 100, "T2")),  # whatever its clock says
        ("x", at(0, 200)),  # brokers without topic ids
        ("x", at(11, 200)),  # an unclean election: the place was another event's
        ("x", at(11, 105)),  # even if the new leader's clock is behind
        ("x", at(13, 130)),
        ("b", at(14, 140)),  # the OMS sent it twice
        ("x", at(10, 100, partition=1)),
    ],
)
def test_what_is_new_is_never_called_repeated(
    appends: Appends, event: str, origin: Origin
) -> None:
    """Offsets that begin again, or were another event's, lose nothing."""
    assert not appends.repeated("SO-1", event, origin)
    assert appends.repeated("SO-1", event, origin)


def test_orders_do_not_know_of_each_other(appends: Appends) -> None:
    """An older event of another order is new."""
    assert not appends.repeated("SO-2", "a", at(10, 100))


def test_memory_is_bounded() -> None:
    """What is forgotten is delivered again, not lost."""
    appends = Appends(remembered=2)
    for number in range(3):
        assert not appends.repeated(f"SO-{number}", f"e{number}", at(number, number))
    assert not appends.repeated("SO-0", "e0", at(0, 0))
    assert appends.repeated("SO-2", "e2", at(2, 2))
