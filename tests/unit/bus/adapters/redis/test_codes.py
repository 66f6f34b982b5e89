"""The tables of Redis' errors and redis-py's leave nothing out."""

import inspect
import ssl

import pytest
from redis import exceptions

from bus.adapters.redis.codes import ERRORS, Sense, judge
from bus.adapters.redis.errors import mapped, outcome_of
from bus.delivery.delivery import Failed, Refused, Throttled, Unreachable
from bus.ports import NoAnswerKind

_TYPES = {
    Sense.REFUSED: Refused,
    Sense.THROTTLED: Throttled,
    Sense.FAILED: Failed,
}


def test_no_error_is_left_out() -> None:
    """An error that a newer library brings has to be given its meaning here."""
    known = {
        found
        for _, found in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(found, BaseException) and found.__module__ == exceptions.__name__
    }
    assert known <= mapped()


@pytest.mark.parametrize("code", ERRORS)
def test_codes(code: str) -> None:
    """Each is what the table says, and is shown with its text."""
    outcome = judge(code, "a reason")
    assert isinstance(outcome, Refused | Throttled | Failed)
    assert type(outcome) is _TYPES[ERRORS[code].sense]
    assert outcome.detail == f"{code} a reason"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (exceptions.ResponseError("ERR unknown command 'XADD'"), 501),
        (exceptions.ResponseError("ERR DB index is out of range"), 400),
        (exceptions.ResponseError("ERR something else"), 500),
        (exceptions.ResponseError("MISCONF cannot write"), 503),
        (exceptions.ResponseError("WRONGTYPE no stream"), 409),
        (exceptions.OutOfMemoryError("command not allowed"), 429),
        (exceptions.ConnectionError("max number of clients reached"), 429),
        (exceptions.AuthenticationError("invalid password"), 401),
        (exceptions.NoPermissionError("no permissions"), 403),
        (exceptions.MovedError("3999 127.0.0.1:6381"), 421),
        (exceptions.BusyLoadingError("the dataset"), 503),
    ],
)
def test_errors(error: Exception, status: int) -> None:
    """By the class that the library makes of it, or the text."""
    outcome = outcome_of(error)
    assert isinstance(outcome, Refused | Throttled | Failed), outcome
    assert outcome.status == status


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.ConnectionError("at 10.0.0.1"), NoAnswerKind.RESET),
        (exceptions.TimeoutError("from 10.0.0.1"), NoAnswerKind.TIMEOUT),
        (exceptions.InvalidResponse("HTTP"), NoAnswerKind.PROTOCOL),
        (TimeoutError(), NoAnswerKind.TIMEOUT),
        (ConnectionRefusedError(), NoAnswerKind.CONNECT),
        (ssl.SSLError(), NoAnswerKind.TLS),
        (ValueError("odd"), NoAnswerKind.PROTOCOL),
    ],
)
def test_nobody_reached(error: Exception, kind: NoAnswerKind) -> None:
    """What is no answer of the server's says only which kind it is."""
    outcome = outcome_of(error)
    assert isinstance(outcome, Unreachable)
    assert outcome.kind == kind
    assert str(error) not in outcome.detail or not str(error)
