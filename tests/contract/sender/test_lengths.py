"""Answers that say their length oddly: what is taken, and what is said of the rest."""

import pytest

from bus.adapters.http.reply import no_answer
from bus.ports import Answer, NoAnswerKind, Sender
from tests.contract.sender.answers import OK
from tests.contract.sender.worlds import kind, post
from tests.support.endpoint import Endpoint, says

_CHUNKED = b"transfer-encoding: chunked\r\n"
_ABC = b"3\r\nabc\r\n0\r\n\r\n"
_BESIDE = "a content-length beside a transfer-encoding that is not chunked"


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"content-length: 3\r\ncontent-length: 3\r\n\r\nabc",
        OK + b"Content-Length: 3\r\nx: y\r\ncontent-length:  3 \r\n\r\nabc",
        OK + b"content-length: 3\r\ncontent-length: 03\r\n\r\nabc",
        OK + b"content-length: 3, 3\r\n\r\nabc",
        OK + b"content-length: 3\ncontent-length: 3\n\nabc",
        OK + b"content-length: 7\r\n" + _CHUNKED + b"\r\n" + _ABC,
        OK + _CHUNKED + b"content-length: 0\r\n\r\n" + _ABC,
        OK + _CHUNKED + b"content-length: 1\r\ncontent-length: 2\r\n\r\n" + _ABC,
        b"HTTP/1.1 103 x\r\n\r\n" + OK + b"content-length: 3\r\n" * 2 + b"\r\nabc",
    ],
    ids=repr,
)
async def test_a_length_may_be_said_twice(
    sender: Sender, endpoint: Endpoint, answer: bytes
) -> None:
    """As curl has it: equal ones are one, beside chunks they do not count.

    However it is cut; its connection is not used again.
    """
    for cut in (len(answer), len(answer) // 2, answer.index(b"abc"), 30):
        endpoint.respond = says(answer[:cut], answer[cut:])

        assert await sender.send(post(endpoint.url())) == Answer(200, None, "abc")

    assert endpoint.connections == len(endpoint.requests)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (b"content-length: 3\r\ncontent-length: 4\r\n\r\n", "two content-lengths that"),
        (b"content-length: 3, 4\r\n\r\n", "a content-length that is no number"),
        (b"content-length: x\r\n\r\n", "a content-length that is no number"),
        (b"content-length: -1\r\n\r\n", "a content-length that is no number"),
        (b"content-length:\r\n\r\n", "an empty content-length"),
        (b"content-length: %d\r\n\r\n" % 2**80, "a content-length beyond all measure"),
        (b"transfer-encoding: gzip\r\ncontent-length: 3\r\n\r\n", _BESIDE),
        (_CHUNKED + b"\r\nxyz\r\n", "a chunk's size that is no number"),
        (_CHUNKED + b"\r\n2\r\nabc\r\n0\r\n\r\n", "a chunk that is longer than its"),
        (_CHUNKED + b"\r\n" + b"f" * 20 + b"\r\n", "a chunk's size beyond all measure"),
        (b"x y\r\n\r\n", "a header's name that is no token"),
        (b"x: \0\r\n\r\n", "a null byte in a header"),
        (b"x: 1\ry: 2\r\n\r\n", "a header that ends in CR alone"),
        (b"x: " + b"a" * 600_000, "its head is too long"),
    ],
    ids=lambda part: repr(part[:40]),
)
async def test_a_fault_says_what_it_is(
    sender: Sender, endpoint: Endpoint, rest: bytes, words: str
) -> None:
    """At once, in our words; whatever follows, it is one post and no answer."""
    assert await sender.send(post(endpoint.url())) == Answer(200)
    endpoint.respond = says(OK + rest + OK + b"content-length: 0\r\n\r\n")

    reply = await sender.send(post(endpoint.url()))

    told = no_answer(NoAnswerKind.PROTOCOL, words).detail
    assert kind(reply) is NoAnswerKind.PROTOCOL
    assert getattr(reply, "detail", "").startswith(told)
    assert len(endpoint.requests) == 1 + 1
