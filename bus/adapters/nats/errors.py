"""nats-py's errors, in one table. A test fails when the library grows another."""

import ssl
from typing import Final

from nats import errors as failures

from bus.adapters.nats.codes import Meaning, Sense, complained, strange, unreachable
from bus.delivery.delivery import Outcome, Refused
from bus.ports import NoAnswerKind

_KINDS: dict[type[BaseException], NoAnswerKind] = {
    TimeoutError: NoAnswerKind.TIMEOUT,
    ssl.SSLError: NoAnswerKind.TLS,
    OSError: NoAnswerKind.CONNECT,
    EOFError: NoAnswerKind.RESET,
    failures.TimeoutError: NoAnswerKind.TIMEOUT,
    failures.FlushTimeoutError: NoAnswerKind.TIMEOUT,
    failures.DrainTimeoutError: NoAnswerKind.TIMEOUT,
    failures.NoServersError: NoAnswerKind.CONNECT,
    failures.SecureConnRequiredError: NoAnswerKind.TLS,
    failures.SecureConnWantedError: NoAnswerKind.TLS,
    failures.SecureConnFailedError: NoAnswerKind.TLS,
    failures.StaleConnectionError: NoAnswerKind.RESET,
    failures.UnexpectedEOF: NoAnswerKind.RESET,
    failures.ConnectionClosedError: NoAnswerKind.RESET,
    failures.ConnectionDrainingError: NoAnswerKind.RESET,
    failures.ConnectionReconnectingError: NoAnswerKind.RESET,
    failures.OutboundBufferLimitError: NoAnswerKind.RESET,
    failures.ServerNotInPoolError: NoAnswerKind.RESET,
    failures.ProtocolError: NoAnswerKind.PROTOCOL,
    failures.JsonParseError: NoAnswerKind.PROTOCOL,
    # What none of the above is, unless a server's complaint is in its text.
    failures.Error: NoAnswerKind.PROTOCOL,
}

_REFUSED: Final[dict[type[BaseException], Meaning]] = {
    failures.AuthorizationError: Meaning(Sense.REFUSED, 401),
    failures.InvalidUserCredentialsError: Meaning(Sense.REFUSED, 401),
    failures.MaxPayloadError: Meaning(Sense.REFUSED, 413),
    failures.BadSubjectError: Meaning(Sense.REFUSED, 400),
    failures.BadHeaderError: Meaning(Sense.REFUSED, 400),
}

_NOT_OURS: frozenset[type[BaseException]] = frozenset(
    {  # of who subscribes, or of calls that we do not make
        *(failures.NoRespondersError, failures.BadSubscriptionError),
        *(failures.SlowConsumerError, failures.BadTimeoutError),
        *(failures.InvalidCallbackTypeError, failures.NotJSMessageError),
        failures.MsgAlreadyAckdError,
    }
)


class Strange(failures.ProtocolError):
    """A server says what none says; `what` tells it, and what was expected."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


def outcome_of(error: BaseException) -> Outcome:
    """What an error means; nothing of it is secret."""
    if isinstance(error, Strange):
        return strange(error.what)
    if (meaning := _REFUSED.get(type(error))) is not None:
        return Refused(meaning.status, str(error).removeprefix("nats: "))
    if type(error) is failures.Error and (said := complained(str(error))) is not None:
        return said
    for type_ in type(error).__mro__:
        if type_ in _KINDS:
            return unreachable(_KINDS[type_])
    return unreachable(NoAnswerKind.PROTOCOL)


def mapped() -> frozenset[type[BaseException]]:
    """The errors in the tables, for the test that guards them."""
    return frozenset({*_KINDS, *_REFUSED, *_NOT_OURS})
