"""Frames of the spool are read back, whatever a crash has left behind them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bus.intake.receiving.spooled import Damage, Frame, framed, frames
from bus.record import Message

MESSAGES = st.builds(
    Message,
    topic=st.text(st.characters(codec="utf-8"), min_size=1, max_size=10),
    partition=st.none(),
    key=st.none() | st.binary(min_size=1, max_size=10),
    value=st.binary(max_size=60),
    headers=st.lists(
        st.tuples(st.text(st.characters(codec="utf-8"), max_size=8), st.binary()),
        max_size=3,
    ).map(tuple),
)


@settings(deadline=None)
@given(st.lists(MESSAGES, max_size=4))
def test_what_is_written_is_read(messages: list[Message]) -> None:
    """In order; each says where it ends, and one may begin there."""
    content = b"".join(map(framed, messages))
    found = list(frames(content))
    assert [one.message for one in found if isinstance(one, Frame)] == messages
    if found:
        assert list(frames(content, found[0].end)) == found[1:]


@settings(deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=3), st.data())
def test_a_torn_tail_is_left_out(messages: list[Message], data: st.DataObject) -> None:
    """All before it is there: nobody was answered for what is torn."""
    content = b"".join(map(framed, messages))
    last = len(framed(messages[-1]))
    cut = data.draw(st.integers(1, last))
    found = list(frames(content[: len(content) - cut]))
    assert [one.message for one in found if isinstance(one, Frame)] == messages[:-1]
    assert not any(isinstance(one, Damage) for one in found)


@settings(deadline=None)
@given(st.lists(MESSAGES, min_size=3, max_size=3), st.data())
def test_damage_in_the_middle_is_said(
    messages: list[Message], data: st.DataObject
) -> None:
    """And costs the frame that it is in, no other."""
    first, second, third = map(framed, messages)
    at = data.draw(st.integers(0, len(second) - 1))
    changed = bytearray(second)
    changed[at] ^= 0x55
    found = list(frames(first + bytes(changed) + third))
    kept = [one.message for one in found if isinstance(one, Frame)]
    assert kept == [messages[0], messages[2]]
    (damage,) = [one for one in found if isinstance(one, Damage)]
    assert damage == Damage(len(first), len(first) + len(second))
