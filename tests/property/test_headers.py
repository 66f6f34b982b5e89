"""Headers: what is written is read, the rest stays untouched."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.attributes import read_attributes
from bus.delivery.delivery import Delivery, Origin, Reason
from bus.delivery.headers import build_event, event_headers, hop_headers, read_state
from bus.delivery.subscription import ID_PATTERN
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Headers
from tests.support.facts import a_record, an_event

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VISIBLE = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=256
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
EVENTS = st.builds(
    Event,
    id=VISIBLE,
    type=TEXTS,
    source=TEXTS,
    subject=TEXTS,
    time=st.integers(0, 2**53).map(lambda n: EPOCH + timedelta(microseconds=n)),
    data=st.just({}),
    schema_id=st.integers(1, 1_000),
    traceparent=st.none() | st.just(f"00-{'a' * 32}-{'b' * 16}-00"),
)
NAMES = TEXTS.filter(lambda name: not name.startswith("bus-"))
HEADERS = st.lists(st.tuples(NAMES, st.binary()), max_size=6).map(tuple)
LONG = st.integers(0, 2**63 - 1)
ORIGINS = st.builds(
    Origin,
    st.just("oms.order"),
    st.integers(0, 9_999),
    LONG,
    st.integers(0, 1_764_000_000_000),  # no hop is older than what it carries
    st.none() | LONG,
    st.sampled_from(["", "Xq9zT0mVQ3yJ1n2b-k_7aA"]),
)


@given(event=EVENTS)
def test_events_round_trip(event: Event) -> None:
    """A producer's attributes arrive as they were."""
    record = a_record(headers=event_headers(event))
    attributes = read_attributes(record)
    assert build_event(record, attributes, {}, event.schema_id, None) == event


@given(
    own=HEADERS,
    stale=st.lists(st.tuples(TEXTS.map("bus-{}".format), st.binary()), max_size=4),
    subscription=st.from_regex(ID_PATTERN, fullmatch=True),
    origin=ORIGINS,
    counts=st.tuples(st.integers(0, 99), st.integers(0, 99), LONG),
    tier=st.none() | st.sampled_from(["1s", "30s"]),
    reason=st.none() | st.sampled_from(Reason),
    detail=st.text(),
)
def test_hops_round_trip(  # noqa: PLR0913, PLR0917 - all that a hop carries
    own: Headers,
    stale: list[tuple[str, bytes]],
    subscription: str,
    origin: Origin,
    counts: tuple[int, int, int],
    tier: str | None,
    reason: Reason | None,
    detail: str,
) -> None:
    """The state arrives as it was, twice over; other headers keep bytes and order."""
    attempts, replay, at_ms = counts
    record = a_record(headers=(*own, *stale))
    for _ in range(2):
        delivery = Delivery(subscription, an_event(), record, origin, replay=replay)
        headers = hop_headers(
            delivery,
            attempts=attempts,
            tier=tier,
            reason=reason,
            detail=detail,
            at_ms=at_ms,
        )
        assert headers[: len(own)] == own
        record = a_record(headers=headers)
        state = read_state(record)
        assert (state.subscription, state.origin) == (subscription, origin)
        assert (state.attempts, state.replay, state.at_ms) == (attempts, replay, at_ms)
        assert (state.tier, state.reason) == (tier, reason)
        assert len(state.detail) <= 500
        assert "\n" not in state.detail


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                ["ce_id", "ce_time", "ce_type", "bus-origin", "bus-attempts", "x"]
            ),
            st.binary() | st.text().map(lambda text: text.encode(errors="replace")),
        )
    ).map(tuple)
)
def test_no_header_crashes_the_reader(headers: Headers) -> None:
    """Whatever anybody writes: read, or a DecodeError."""
    record = a_record(headers=headers)
    try:
        attributes = read_attributes(record)
    except DecodeError:
        pass
    else:
        assert build_event(record, attributes, {}, 1, "a.b").type
    with pytest.raises(DecodeError):
        read_state(record)
