"""What processes say of themselves: round trips, silence, breakers together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.presence import (
    Presence,
    breakers_of,
    is_silent,
    presence_message,
    present,
    read_presence,
)
from bus.record import Record

ONE = Presence(
    host="node-1",
    pid=17,
    programs=("fanout", "retry"),
    started_ms=1_000,
    version="0.1.0",
    pages="http://127.0.0.1:9464",
    not_ready={"broker": "no answer for 12 s"},
    breakers={"acme": "open"},
    at_ms=5_000,
)


def record(presence: Presence) -> Record:
    """As it stands in the topic."""
    message = presence_message("bus.processes", presence)
    return Record("bus.processes", 0, 0, presence.at_ms, message.key, message.value)


def test_it_comes_back_as_it_was() -> None:
    """Its time is the record's."""
    assert read_presence(record(ONE)) == ONE
    assert read_presence(record(ONE.as_stopped())) == replace(ONE, stopped=True)
    assert presence_message("bus.processes", ONE).key == b"node-1/17"


@given(value=st.one_of(st.none(), st.binary(), st.text().map(str.encode)))
def test_what_is_none_is_none(value: bytes | None) -> None:
    """Foreign records break nothing."""
    assert read_presence(record(ONE)._replace(value=value)) is None


@pytest.mark.parametrize(
    "value",
    [b'{"host": 1, "pid": 2, "started_ms": 3}', b'{"host": "a", "pid": true}', b"[1]"],
)
def test_neither_is_what_looks_like_one(value: bytes) -> None:
    """Each field is of its kind."""
    assert read_presence(record(ONE)._replace(value=value)) is None


def test_odd_fields_are_left_out() -> None:
    """What is not of its kind is as if it were not there."""
    value = (
        b'{"host": "a", "pid": 2, "started_ms": 3, "programs": 1, "version": [],'
        b' "breakers": [], "not_ready": {"a": 1}, "stopped": "yes"}'
    )
    said = read_presence(record(ONE)._replace(value=value))
    assert said == Presence(
        host="a", pid=2, programs=(), started_ms=3, not_ready={"a": ""}, at_ms=5_000
    )


def test_the_newest_word_counts() -> None:
    """Whoever stopped or has long been silent is not there; a frozen one is silent."""
    again = replace(ONE, at_ms=9_000, not_ready={})
    assert present([again, ONE], 10_000) == [again]
    assert present([ONE, again.as_stopped()], 10_000) == []
    assert not is_silent(again, 28_000)
    assert is_silent(again, 30_000)
    assert present([again], 900_000) == [again]
    assert present([again], 910_000) == []


def test_breakers_of_all_processes() -> None:
    """Each has its own; what a silent one said counts no more."""
    two = replace(ONE, pid=18, breakers={"acme": "half_open", "beta": "open"})
    old = replace(ONE, pid=19, at_ms=-90_000)
    assert breakers_of([ONE, two, old], 6_000) == {
        "acme": {"open": 1, "half_open": 1},
        "beta": {"open": 1},
    }


def test_news() -> None:
    """Only another state is news, not another time."""
    assert ONE.same_state(replace(ONE, at_ms=6_000))
    assert not ONE.same_state(replace(ONE, breakers={}))
    assert not ONE.same_state(None)


def test_the_record_stays_small() -> None:
    """Whatever is down: what does not fit is left out, and counted by nobody."""
    many = {f"sub-{i:05}": "open" for i in range(5_000)}
    message = presence_message("bus.processes", replace(ONE, breakers=many))
    assert len(message.value or b"") < 100_000
