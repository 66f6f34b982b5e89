"""What excuses a repetition in a fault run, and what does not."""

from bus.record import Headers, Record
from tests.faults.witness import written_twice
from tests.guarantees import Pair

OWED = {"e-1": ["shop", "bank"], "e-2": ["shop"]}


def source(offset: int, event: str) -> Record:
    """A record of a source topic."""
    return Record("oms.order", 0, offset, 1, b"k", b"v", (("ce_id", event.encode()),))


def hop(offset: int, at_ms: int, *more: tuple[str, bytes]) -> Record:
    """A record of a tier topic; `at_ms` is when the hop was made."""
    headers: Headers = (
        ("ce_id", b"e-1"),
        ("bus-subscription", b"shop"),
        ("bus-origin", b"oms.order/0/1"),
        ("bus-origin-ms", b"1"),
        ("bus-attempts", b"1"),
        ("bus-replay", b"0"),
        ("bus-at-ms", b"%d" % at_ms),
        *more,
    )
    return Record("bus.retry.shop.1s", 0, offset, 1, b"k", b"v", headers)


def test_an_event_that_its_producer_wrote_twice_comes_twice() -> None:
    """To all who are owed it; others are not excused."""
    records = [source(1, "e-1"), source(2, "e-2"), source(3, "e-1")]
    assert written_twice(records, [], OWED) == {
        Pair("e-1", "shop"),
        Pair("e-1", "bank"),
    }


def test_a_hop_that_was_written_twice_excuses_its_delivery() -> None:
    """Byte for byte the same; a second hop of the bus's own is none."""
    assert written_twice([], [hop(1, 5), hop(2, 5)], OWED) == {Pair("e-1", "shop")}
    assert not written_twice([], [hop(1, 5), hop(2, 6)], OWED)
