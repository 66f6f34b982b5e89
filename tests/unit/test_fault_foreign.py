"""What may become of a foreign client's records, and what may not."""

import pytest

from bus.record import Record
from processors.receiver import Received
from tests.faults.foreign import Fate, Foreigners, Odd, named


def book(*odds: Odd) -> Foreigners:
    """These were acknowledged; two partners want them."""
    made = Foreigners("", "oms.foreign", ["steady", "ledger"], ["ledger"])
    for odd in odds:
        made.written[odd.order].append(odd)
    return made


def got(made: Foreigners, path: str, order: str, webhook_id: str = "w-1") -> None:
    """A partner accepts it."""
    rest = (1, 200, None, "", "", 1, 1, 1)
    made.received(Received(f"/{path}", webhook_id, order, "foreign.note", None, *rest))


def record(order: str) -> Record:
    """Where it stands, its order in its value."""
    value = b"\0\0\0\0\7" + order.encode()
    return Record("bus.quarantine", 0, 1, 1, None, value, ())


ODD = Odd("odd-1-nokey", b"")


def test_each_wants_its_own() -> None:
    """One partner's delivery is not the other's."""
    made = book(ODD)
    got(made, "steady", ODD.order)
    with pytest.raises(AssertionError, match=r"1 foreign.*odd-1-nokey for ledger"):
        made.check()
    got(made, "ledger", ODD.order)
    made.check()


def test_a_dead_letter_is_a_fate() -> None:
    """For its subscription alone."""
    made = book(ODD)
    got(made, "steady", ODD.order)
    made.dead_lettered("ledger", [record(ODD.order)])
    made.check()


def test_what_is_good_may_not_be_put_aside() -> None:
    """Nothing is lost by that, but it was dropped for nothing."""
    made = book(ODD)
    made.quarantined([record(ODD.order)])
    with pytest.raises(AssertionError, match="put aside for nothing"):
        made.check()


def test_what_nobody_can_read_must_be_put_aside() -> None:
    """It cannot have been delivered."""
    junk = Odd("odd-2-junk", b"", Fate.ASIDE)
    made = book(junk)
    got(made, "steady", junk.order)
    got(made, "ledger", junk.order)
    with pytest.raises(AssertionError, match="delivered as what"):
        made.check()
    made.quarantined([record(junk.order)])
    made.check()


def test_two_events_of_an_order_are_two() -> None:
    """The same id twice is a repetition; an earlier one after a later is disorder."""
    odds = [named("odd-3-lane", b"") for _ in range(2)]
    first, second = (dict(odd.headers)["ce_id"].decode() for odd in odds)
    made = book(*odds)
    for path in ("steady", "ledger"):
        got(made, path, "odd-3-lane", second)
        got(made, path, "odd-3-lane", second)
    assert len(made.open) == 2
    for path in ("steady", "ledger"):
        got(made, path, "odd-3-lane", first)
    assert made.open == []
    with pytest.raises(AssertionError, match="came as"):
        made.check()


def test_order_is_held_only_where_it_is_promised() -> None:
    """First attempts of other subscriptions run side by side."""
    odds = [named("odd-3-lane", b"") for _ in range(2)]
    first, second = (dict(odd.headers)["ce_id"].decode() for odd in odds)
    made = book(*odds)
    for path, ids in (("steady", (second, first)), ("ledger", (first, second))):
        for webhook_id in ids:
            got(made, path, "odd-3-lane", webhook_id)
    made.check()
