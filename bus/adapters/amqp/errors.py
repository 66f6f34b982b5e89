"""aiormq's errors, in one table. A test fails when the library grows another."""

import ssl

from aiormq import exceptions as failures

from bus.adapters.amqp.codes import (
    BUSY,
    UNAUTHORISED,
    judge,
    told,
    unreachable,
)
from bus.delivery.delivery import Outcome, Refused, Throttled
from bus.ports import NoAnswerKind

_CODES: dict[type[BaseException], int] = {
    failures.ChannelAccessRefused: 403,
    failures.ChannelNotFoundEntity: 404,
    failures.ChannelLockedResource: 405,
    failures.ChannelPreconditionFailed: 406,
    failures.ConnectionFrameError: 501,
    failures.ConnectionSyntaxError: 502,
    failures.ConnectionCommandInvalid: 503,
    failures.ConnectionChannelError: 504,
    failures.ConnectionUnexpectedFrame: 505,
    failures.ConnectionResourceError: 506,
    failures.ConnectionNotAllowed: 530,
    failures.ConnectionNotImplemented: 540,
    failures.ConnectionInternalError: 541,
}
"""Errors that are a reply code; their only argument is the broker's text."""

_BY_NUMBER = (failures.ConnectionClosed, failures.ChannelClosed)
"""Those for all other codes: the code, then the text."""

_KINDS: dict[type[BaseException], NoAnswerKind] = {
    TimeoutError: NoAnswerKind.TIMEOUT,
    ssl.SSLError: NoAnswerKind.TLS,
    OSError: NoAnswerKind.CONNECT,
    EOFError: NoAnswerKind.RESET,
    failures.AMQPConnectionError: NoAnswerKind.RESET,
    failures.ChannelInvalidStateError: NoAnswerKind.RESET,
    failures.AMQPChannelError: NoAnswerKind.RESET,
    failures.IncompatibleProtocolError: NoAnswerKind.PROTOCOL,
    failures.ProtocolSyntaxError: NoAnswerKind.PROTOCOL,
    failures.InvalidFrameError: NoAnswerKind.PROTOCOL,
    # What none of the above is; a broker made something odd of the protocol.
    failures.AMQPError: NoAnswerKind.PROTOCOL,
}

_OWN: frozenset[type[BaseException]] = frozenset(
    {
        *(failures.AuthenticationError, failures.ProbableAuthenticationError),
        *(failures.DeliveryError, failures.PublishError),
        failures.MethodNotImplemented,
        failures.DuplicateConsumerTag,  # for who consumes
    }
)
"""Those that are judged one by one."""


def outcome_of(error: BaseException, size: int) -> Outcome:
    """What an error means to a message of `size` bytes; nothing of it is secret."""
    match error:
        case failures.PublishError():
            return judge(_number(error, "reply_code"), _text(error), size)
        case failures.DeliveryError():
            return Throttled(BUSY, None, "NACK the queue takes no more for now")
        case failures.ProbableAuthenticationError():
            text = str(error.args[0]) if error.args else ""
            return Refused(UNAUTHORISED, told("ACCESS_REFUSED", text))
        case failures.AuthenticationError():
            return Refused(UNAUTHORISED, "it offers no way of signing in that we have")
        case failures.MethodNotImplemented():
            return judge(540, "", size)
        case _:
            return _by_type(error, size)


def mapped() -> frozenset[type[BaseException]]:
    """The errors in the tables, for the test that guards them."""
    return frozenset({*_CODES, *_BY_NUMBER, *_KINDS, *_OWN})


def codes() -> frozenset[int]:
    """The reply codes that errors stand for, for the same test."""
    return frozenset(_CODES.values())


def _by_type(error: BaseException, size: int) -> Outcome:
    code = _CODES.get(type(error))
    if code is not None:
        return judge(code, str(error.args[0]) if error.args else "", size)
    if type(error) in _BY_NUMBER:
        number, text = (*error.args, None, None)[:2]
        return judge(number if isinstance(number, int) else 200, str(text or ""), size)
    if type(error) is Exception:  # what the library raises for a closed connection
        return unreachable(NoAnswerKind.RESET)
    for type_ in type(error).__mro__:
        if type_ in _KINDS:
            return unreachable(_KINDS[type_])
    return unreachable(NoAnswerKind.PROTOCOL)


def _number(error: failures.DeliveryError, name: str) -> int:
    found = getattr(error.frame, name, None)
    return found if isinstance(found, int) else 0


def _text(error: failures.DeliveryError) -> str:
    return str(getattr(error.frame, "reply_text", "") or "")
