"""What travels in the headers of a hop."""

import pytest

from bus.delivery.delivery import Origin, Reason
from bus.delivery.headers import (
    HopState,
    hop_headers,
    read_state,
)
from bus.errors import DecodeError
from bus.record import Headers
from tests.support.facts import a_delivery, a_record


def test_a_hop_carries_the_record_and_the_state() -> None:
    """Own headers first, in order and untouched; earlier bus headers are replaced."""
    own: Headers = (("x", b"\xff"), ("bus-attempts", b"9"), ("x", b""), ("bus-z", b""))
    delivery = a_delivery(a_record(headers=own), replay=1)
    headers = hop_headers(
        delivery, attempts=2, tier="5s", reason=None, detail="", at_ms=12
    )
    assert headers == (
        ("x", b"\xff"),
        ("x", b""),
        ("bus-subscription", b"erp"),
        ("bus-origin", b"oms.order/2/41"),
        ("bus-origin-ms", b"1764000000000"),
        ("bus-attempts", b"2"),
        ("bus-replay", b"1"),
        ("bus-at-ms", b"12"),
        ("bus-tier", b"5s"),
        ("bus-event-id", b"evt-1"),
    )
    assert read_state(a_record(headers=headers)) == HopState(
        subscription="erp",
        origin=Origin("oms.order", 2, 41, 1_764_000_000_000),
        attempts=2,
        replay=1,
        tier="5s",
        at_ms=12,
    )


def test_an_age_of_its_own_travels_beside_the_record_s_time() -> None:
    """What is made up from the record's time stays the same, however old it is."""
    delivery = a_delivery()
    delivery.origin = delivery.origin.from_now(1_764_000_009_000)
    headers = hop_headers(
        delivery, attempts=0, tier="1s", reason=None, detail="", at_ms=12
    )
    read = read_state(a_record(headers=headers, timestamp_ms=1_764_000_009_001)).origin
    assert read == delivery.origin
    assert (read.timestamp_ms, read.own_ms) == (1_764_000_009_000, 1_764_000_000_000)


def test_no_age_begins_after_the_hop_was_written() -> None:
    """It would outlast the topic it waits in, where Kafka deletes it."""
    headers = hop_headers(
        a_delivery(), attempts=0, tier="1s", reason=None, detail="", at_ms=12
    )
    early = 1_700_000_000_000
    read = read_state(a_record(headers=headers, timestamp_ms=early)).origin
    assert (read.timestamp_ms, read.own_ms) == (early, 1_764_000_000_000)


def test_details_are_one_printable_line() -> None:
    """What an endpoint answers cannot break a terminal or a log."""
    headers = hop_headers(
        a_delivery(),
        attempts=4,
        tier=None,
        reason=Reason.EXHAUSTED,
        detail="500\r\n\x1b[31mö\ud800" + "x" * 2_000,
        at_ms=1,
    )
    state = read_state(a_record(headers=headers))
    assert state.reason is Reason.EXHAUSTED
    assert state.detail.startswith("500 [31mö x")
    assert len(state.detail) == 500
    assert state.tier is None


GOOD = dict(
    hop_headers(
        a_delivery(), attempts=1, tier="1s", reason=Reason.GONE, detail="d", at_ms=1
    )
)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("bus-subscription", None, "bus-subscription is missing"),
        ("bus-subscription", b"", "bus-subscription is missing"),
        ("bus-origin", None, "bus-origin is missing"),
        ("bus-origin", b"t/1", "bus-origin is 't/1', expected topic/partition/offset"),
        ("bus-origin", b"t/1/-2", "bus-origin is"),
        ("bus-origin", "t/1/²".encode(), "bus-origin is"),
        ("bus-origin-ms", None, "bus-origin-ms is missing"),
        ("bus-attempts", b"two", "bus-attempts is 'two', expected a number"),
        ("bus-attempts", b"9" * 30, "bus-attempts is"),
        ("bus-replay", None, "bus-replay is missing"),
        ("bus-at-ms", None, "bus-at-ms is missing"),
        ("bus-reason", b"mood", "bus-reason is 'mood', an unknown one"),
        ("bus-detail", b"\xff", "bus-detail is not UTF-8"),
    ],
)
def test_malformed_hops(name: str, value: bytes | None, why: str) -> None:
    """A record without readable state names the header that is to blame."""
    headers = {**GOOD, name: value}
    record = a_record(
        headers=tuple((n, v) for n, v in headers.items() if v is not None)
    )
    with pytest.raises(DecodeError, match="bus-") as caught:
        read_state(record)
    assert why in str(caught.value)


def test_state_twice_is_malformed() -> None:
    """Two states of one delivery cannot both be true."""
    headers = (*GOOD.items(), ("bus-attempts", b"1"))
    with pytest.raises(DecodeError, match="bus-attempts is there twice"):
        read_state(a_record(headers=headers))
