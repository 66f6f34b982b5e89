"""The tables of NATS' answers and nats-py's errors leave nothing out."""

import inspect
import ssl
from collections.abc import Mapping

import pytest
from nats import errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from bus.adapters.nats.codes import NO_STREAM, complained, judge
from bus.adapters.nats.errors import mapped, outcome_of
from bus.adapters.nats.sink import read
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.ports import NoAnswerKind

_ODD = "not an answer of NATS JetStream: acknowledgement"
NONE = Unreachable("protocol", f"{_ODD} without stream and seq, or error")
NOISE = Unreachable("protocol", f"{_ODD}: no JSON: Expecting value at character 1")
BYTES = Unreachable("protocol", f"{_ODD}: the JSON is not UTF-8")


def test_no_error_is_left_out() -> None:
    """An error that a newer library brings has to be given its meaning here."""
    known = {
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, BaseException) and found.__module__ == errors.__name__
    }
    assert known <= mapped()


@pytest.mark.parametrize(
    ("number", "code", "outcome"),
    [
        (10002, 400, Throttled),
        (10008, 503, Failed),
        (10023, 503, Throttled),
        (10028, 500, Throttled),
        (10039, 503, Refused),
        (10047, 500, Throttled),
        (10054, 400, Refused),
        (10074, 503, Failed),
        (10076, 503, Refused),
        (10077, 503, Throttled),
        (10109, 400, Refused),
        (10158, 409, Failed),
        (10060, 400, Refused),
        (99999, 429, Throttled),
        (99999, 404, Refused),
        (99999, 408, Failed),
        (99999, 500, Failed),
        (99999, 7, Failed),
        (None, None, Failed),
    ],
)
def test_answers(number: int | None, code: int | None, outcome: type[Outcome]) -> None:
    """JetStream's number decides, else the status beside it."""
    found = judge({"err_code": number, "code": code, "description": "a\x1b[31mb"})
    assert isinstance(found, outcome)
    assert getattr(found, "detail", "").isprintable()


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (
            'nats: permissions violation for publish to "x"',
            Refused(403, 'permissions violation for publish to "x"'),
        ),
        ("nats: 'Authorization Violation'", Refused(401, "Authorization Violation")),
        (
            "nats: 'maximum connections exceeded'",
            Throttled(429, None, "maximum connections exceeded"),
        ),
        ("'Maximum Payload Violation'", Refused(413, "Maximum Payload Violation")),
        ("'Server Shutdown'", Failed(503, None, "Server Shutdown")),
        (
            "'Secure Connection - TLS Required'",
            Unreachable("tls", "no TLS connection"),
        ),
        ("'Something New'", None),
    ],
)
def test_complaints(text: str, outcome: Outcome | None) -> None:
    """What a server says before it hangs up."""
    assert complained(text) == outcome


@pytest.mark.parametrize(
    ("data", "headers", "outcome"),
    [
        (b'{"stream":"S","seq":7}', None, Accepted(200)),
        (b'{"stream":"S","seq":7,"duplicate":true}', None, Accepted(200)),
        (b"", {"Status": "503"}, NO_STREAM),
        (
            b'{"error":{"code":400,"err_code":10054,"description":"too large"}}',
            None,
            Refused(413, "10054 too large"),
        ),
        (b"pong", None, NOISE),
        (b"[]", None, NONE),
        (b'{"error":"x"}', None, NONE),
        (b"\xff", None, BYTES),
    ],
)
def test_what_is_read(
    data: bytes, headers: Mapping[str, str] | None, outcome: Outcome
) -> None:
    """An acknowledgement is one of a stream; whatever else answers is not heard."""
    message = Msg(Client(), data=data, headers=dict(headers or {}))
    assert read(message) == outcome


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), NoAnswerKind.TIMEOUT),
        (ssl.SSLError(1, "secret"), NoAnswerKind.TLS),
        (ConnectionRefusedError("10.1.2.3"), NoAnswerKind.CONNECT),
        (errors.UnexpectedEOF(), NoAnswerKind.RESET),
        (errors.SecureConnRequiredError(), NoAnswerKind.TLS),
        (errors.Error("nats: empty response from 10.1.2.3"), NoAnswerKind.PROTOCOL),
        (KeyError("x"), NoAnswerKind.PROTOCOL),
    ],
)
def test_nobody_reached(error: Exception, kind: NoAnswerKind) -> None:
    """The library's own words become a kind, and nothing in them is told."""
    outcome = outcome_of(error)

    assert isinstance(outcome, Unreachable)
    assert outcome.kind == kind
    assert "10.1.2.3" not in outcome.detail
    assert "secret" not in outcome.detail


def test_refusals_of_the_library() -> None:
    """What it never sends is refused."""
    assert outcome_of(errors.BadHeaderError("x")) == Refused(400, "invalid header: 'x'")
    assert outcome_of(errors.AuthorizationError()) == Refused(
        401, "authorization failed"
    )
