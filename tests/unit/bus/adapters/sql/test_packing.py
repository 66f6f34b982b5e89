"""Values as columns hold them: small, and the same when they come back."""

from hypothesis import example, given
from hypothesis import strategies as st

from bus.adapters.sql.packing import (
    key_of,
    order_key,
    packed_id,
    packed_trace,
    unpacked_id,
    unpacked_trace,
)
from bus.log.cleaning import storable, storable_id

_ids = (
    st.text(max_size=80).map(storable_id)
    | st.uuids().map(str)
    | st.uuids().map(lambda one: str(one).upper())
    | st.uuids().map(lambda one: one.hex)
)


@given(_ids)
@example("")
@example("sixteen-letters!")
def test_an_id_comes_back(event_id: str) -> None:
    """Whatever it looks like."""
    assert unpacked_id(packed_id(event_id)) == event_id


@given(_ids, _ids)
def test_ids_are_told_apart(one: str, other: str) -> None:
    """Two ids are one value only if they are one."""
    assert (packed_id(one) == packed_id(other)) == (one == other)


def test_usual_ids_are_small() -> None:
    """16 bytes for a UUID, 17 for 128 bits in hexadecimal digits."""
    assert len(packed_id("0b0e7c1e-3c5e-4f6a-9b61-0123456789ab")) == 16
    assert len(packed_id("00112233445566778899aabbccddeeff")) == 17


@given(st.text(max_size=80).map(storable))
@example("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
@example("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff")
def test_a_trace_comes_back(traceparent: str) -> None:
    """Well formed or not."""
    assert unpacked_trace(packed_trace(traceparent)) == traceparent


@given(st.text(max_size=80).map(storable))
def test_a_key_fits_its_column(text: str) -> None:
    """64 bits with a sign; nothing has none."""
    assert -(2**63) <= key_of(text) < 2**63
    assert bool(key_of(text)) == bool(text)


def test_without_an_order_events_are_looked_up_one_by_one() -> None:
    """Else all of them would be one order."""
    assert order_key("", "a") != order_key("", "b")
    assert order_key("o", "a") == order_key("o", "b")
