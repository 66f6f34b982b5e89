"""Hearing a live stream, step by step, without any I/O."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.api.errors import ApiError, UnauthorizedError, UnreachableError
from bus.api.exchange import Answer, Lost, Patience, Pause, Request
from bus.api.streaming import READ, Message, Opened, Parser, Step, Told, listen

STREAM = (
    b"retry: 2500\n\n"
    b": all is well\nid: A\n\n"
    b'event: attempt\nid: B\ndata: {"n": 1}\n\n'
    b'event: gap\r\nid: C\r\ndata: {"n":\r\ndata: 2}\r\n\r\n'
    b": all is well\nid: D\n\n"
)
HEARD = [Message("attempt", "B", {"n": 1}), Message("gap", "C", {"n": 2})]


@given(st.lists(st.integers(1, len(STREAM)), max_size=8))
def test_however_it_is_cut(cuts: list[int]) -> None:
    """Messages are whole, once each; a block without data only moves the id on."""
    parser = Parser()
    heard: list[Message] = []
    edges = sorted({0, *cuts, len(STREAM)})
    for first, end in itertools.pairwise(edges):
        heard += parser.feed(STREAM[first:end])
    assert heard == HEARD
    assert (parser.last_id, parser.retry_s) == ("D", 2.5)


def test_half_a_message_moves_nothing() -> None:
    """Whoever is cut off within one asks for it again."""
    parser = Parser("before")
    assert list(parser.feed(b'event: attempt\nid: B\ndata: {"n": 1}\n')) == []
    assert parser.last_id == "before"


@pytest.mark.parametrize("chunk", [b"data: <html>\n\n", b"data: 5\n\n"])
def test_what_is_no_stream_of_ours(chunk: bytes) -> None:
    """It is said, instead of nothing being heard."""
    with pytest.raises(ApiError, match="gateway"):
        list(Parser().feed(chunk))


def talk(*told: Told, last_id: str = "") -> Sequence[Step]:
    """The steps, each but the first one after what it is told."""
    steps = listen({"kind": "attempt"}, last_id, "https://bus.example", Patience())
    return [steps.send(one) for one in (None, *told)]


def last_id(step: Step) -> str:
    """Where a request goes on."""
    assert isinstance(step, Request)
    assert (step.path, step.query) == ("/v1/stream", {"kind": "attempt"})
    return step.headers.get("Last-Event-ID", "")


def test_a_connection_that_is_lost_is_made_anew_where_it_was() -> None:
    """By the id of the last whole block, after the pause that the gateway wants."""
    lost = Lost("reset", unsent=False)
    steps = talk(Opened(), STREAM, None, None, lost, None, Opened())
    assert last_id(steps[0]) == ""
    assert steps[1] is READ
    assert steps[2:4] == HEARD
    assert steps[4:6] == [READ, Pause(2.5)]
    assert last_id(steps[6]) == "D"
    assert steps[7] is READ


def test_it_is_tried_again_for_ever_once_it_was_there() -> None:
    """A gateway that is restarted takes its time; pauses grow, and have an end."""
    lost = Lost("refused", unsent=True)
    steps = talk(Opened(), None, None, *[lost, None] * 30)
    pauses = [step.seconds for step in steps if isinstance(step, Pause)]
    assert len(pauses) == 31
    assert max(pauses) <= 60


def test_one_that_was_never_there_is_given_up() -> None:
    """After as many tries as everything else."""
    lost = Lost("refused", unsent=True)
    with pytest.raises(UnreachableError):
        talk(*[lost, None] * 3, lost)


def test_what_is_refused_ends_it() -> None:
    """A key that was revoked is not tried for ever."""
    body = b'{"type": "/docs#problem-not-authenticated", "detail": "Revoked."}'
    with pytest.raises(UnauthorizedError, match="Revoked"):
        talk(Opened(), None, None, Answer(401, {}, body))


def test_a_full_gateway_is_waited_for() -> None:
    """As long as it says."""
    full = Answer(503, {"retry-after": "15"}, b"{}")
    steps = talk(Opened(), None, None, full)
    assert isinstance(steps[-1], Pause)
    assert 15 <= steps[-1].seconds < 16


def test_it_may_begin_where_one_was() -> None:
    """With the id that was kept."""
    assert last_id(talk(last_id="K")[0]) == "K"
