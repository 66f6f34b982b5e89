"""The tables of AMQP's reply codes and aiormq's errors leave nothing out."""

import inspect
import ssl

import pytest
from aiormq import exceptions
from aiormq.channel import EXCEPTION_MAPPING as OF_CHANNELS
from aiormq.connection import EXCEPTION_MAPPING as OF_CONNECTIONS
from pamqp.commands import Basic
from pamqp.exceptions import CLASS_MAPPING

from bus.adapters.amqp.codes import MEANINGS, Sense, judge
from bus.adapters.amqp.errors import codes, mapped, outcome_of
from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.ports import NoAnswerKind


def test_no_code_is_left_out() -> None:
    """A code that a newer library knows has to be given its meaning here."""
    assert set(MEANINGS) == {200, *CLASS_MAPPING}
    for code, known in CLASS_MAPPING.items():
        assert MEANINGS[code].name == str(vars(known)["name"]).replace("-", "_")


def test_no_error_is_left_out() -> None:
    """Nor an error that it may raise, nor a code that it has an error for."""
    known = {
        found
        for _, found in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(found, BaseException) and found.__module__ == exceptions.__name__
    }
    assert known <= mapped()
    assert codes() == {*OF_CONNECTIONS, *OF_CHANNELS}
    assert codes() <= set(MEANINGS)


@pytest.mark.parametrize(
    ("sense", "found"),
    [
        (Sense.REFUSED, {311, 312, 402, 403, 404, 406, 530, 540}),
        (Sense.THROTTLED, {506}),
        (Sense.FAILED, {313, 320, 405, 501, 502, 503, 504, 505, 541}),
        (Sense.UNREACHABLE, {200}),
    ],
)
def test_promised_meanings(sense: Sense, found: set[int]) -> None:
    """The promise to partners, as docs/sinks/amqp.md has it."""
    assert {code for code, one in MEANINGS.items() if one.sense is sense} == found


LIMIT = "access to vhost 'a' refused for user 'b': connection limit (1) is reached"
TOO_LARGE = "PRECONDITION_FAILED - message size 2000 is larger than max size 1000"


@pytest.mark.parametrize(
    ("code", "text", "size", "outcome"),
    [
        (
            404,
            "NOT_FOUND - no exchange 'shop' in vhost '/'",
            1,
            Refused(404, "NOT_FOUND no exchange 'shop' in vhost '/'"),
        ),
        (312, "NO_ROUTE", 1, Refused(404, "NO_ROUTE")),
        (406, TOO_LARGE, 2000, Refused(413, TOO_LARGE.replace(" - ", " "))),
        (
            406,
            TOO_LARGE,
            1000,
            Unreachable("reset", "closed before there was a confirmation"),
        ),
        (
            530,
            f"NOT_ALLOWED - {LIMIT}",
            1,
            Throttled(
                429,
                None,
                f"NOT_ALLOWED {LIMIT}",
            ),
        ),
        (320, "CONNECTION_FORCED", 1, Failed(503, None, "CONNECTION_FORCED")),
        (999, "WHAT", 1, Failed(500, None, "INTERNAL_ERROR WHAT")),
    ],
)
def test_answers(code: int, text: str, size: int, outcome: Outcome) -> None:
    """What a broker said is an outcome with HTTP's status and its own words."""
    assert judge(code, text, size) == outcome


def test_details_are_one_short_line() -> None:
    """What a broker says reaches no terminal with escapes, nor at length."""
    outcome = judge(404, "a\x1b[31m\n" + "b" * 1000, 1)

    assert isinstance(outcome, Refused)
    assert outcome.detail.isprintable()
    assert len(outcome.detail) == 200


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (
            exceptions.ProbableAuthenticationError(
                "ACCESS_REFUSED - Login was refused"
            ),
            Refused(401, "ACCESS_REFUSED Login was refused"),
        ),
        (
            exceptions.AuthenticationError("AMQPLAIN", ["PLAIN"]),
            Refused(401, "it offers no way of signing in that we have"),
        ),
        (
            exceptions.DeliveryError(None, Basic.Nack(1)),
            Throttled(429, None, "NACK the queue takes no more for now"),
        ),
        (
            exceptions.ConnectionClosed(530, "NOT_ALLOWED - vhost x not found"),
            Refused(403, "NOT_ALLOWED vhost x not found"),
        ),
        (
            exceptions.ConnectionClosed(None, None),
            Unreachable("reset", "closed before there was a confirmation"),
        ),
        (
            exceptions.ChannelAccessRefused("ACCESS_REFUSED - no"),
            Refused(403, "ACCESS_REFUSED no"),
        ),
    ],
)
def test_errors(error: Exception, outcome: Outcome) -> None:
    """What the library raises is what the broker said."""
    assert outcome_of(error, 1) == outcome


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), NoAnswerKind.TIMEOUT),
        (ssl.SSLError(1, "secret"), NoAnswerKind.TLS),
        (ConnectionRefusedError("10.1.2.3"), NoAnswerKind.CONNECT),
        (exceptions.AMQPConnectionError("10.1.2.3"), NoAnswerKind.RESET),
        (exceptions.IncompatibleProtocolError(), NoAnswerKind.PROTOCOL),
        (exceptions.InvalidFrameError(b"x"), NoAnswerKind.PROTOCOL),
        (KeyError("capabilities"), NoAnswerKind.PROTOCOL),
    ],
)
def test_nobody_reached(error: Exception, kind: NoAnswerKind) -> None:
    """The library's own words become a kind, and nothing in them is told."""
    outcome = outcome_of(error, 1)

    assert isinstance(outcome, Unreachable)
    assert outcome.kind == kind
    assert "10.1.2.3" not in outcome.detail
    assert "secret" not in outcome.detail
