"""What an error of a producer means to a delivery; `errors.KINDS` has every error."""

from collections.abc import Mapping

from bus.adapters.kafka.errors import KINDS, Kind
from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.ports import NoAnswerKind

_SLOWER = "THROTTLING_QUOTA_EXCEEDED"
_STRANGER = frozenset(
    {
        *("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED"),
        *("ILLEGAL_SASL_STATE", "UNSUPPORTED_SASL_MECHANISM"),
    }
)
_TROUBLES: Mapping[str, NoAnswerKind] = {
    "_SSL": NoAnswerKind.TLS,
    "_RESOLVE": NoAnswerKind.DNS,
    "_TRANSPORT": NoAnswerKind.CONNECT,
    "_ALL_BROKERS_DOWN": NoAnswerKind.CONNECT,
}
"""Why nobody was reached, by what a client complained of last."""

_WORDS = {
    NoAnswerKind.TIMEOUT: "no acknowledgement in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.DNS: "the host name cannot be resolved",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was an acknowledgement",
}
_ENDED = frozenset({"_DESTROY", "_FATAL", "_PURGE_QUEUE", "_PURGE_INFLIGHT"})


def graver(known: str, heard: str) -> str:
    """Which of two complaints is the reason why deliveries time out.

    Whom nobody lets in is hung up on, too.
    """
    told = known in _STRANGER or heard not in {*_STRANGER, *_TROUBLES}
    return known if told else heard


def judge(code: str, trouble: str) -> Outcome:
    """Return what an error says, by librdkafka's name for it.

    Its own errors begin with an underscore: no broker has answered. `trouble` is what
    the client complained of since its last success.
    """
    kind = KINDS.get(code, Kind.TIME)
    if kind is Kind.TIME and code.startswith("_"):
        return _unreached(code, trouble)
    return _answered(code, kind)


def _unreached(code: str, trouble: str) -> Outcome:
    if trouble in _STRANGER:
        return Refused(401, trouble)
    known = _TROUBLES.get(trouble, NoAnswerKind.TIMEOUT)
    found = NoAnswerKind.RESET if code in _ENDED else known
    return Unreachable(found, _WORDS[found])


def _answered(code: str, kind: Kind) -> Outcome:
    if code == "_SSL":
        return Unreachable(NoAnswerKind.TLS, _WORDS[NoAnswerKind.TLS])
    if kind is Kind.TIME:
        throttled = code == _SLOWER
        return Throttled(429, None, code) if throttled else Failed(503, None, code)
    return Refused(_status(code, kind), code)


def _status(code: str, kind: Kind) -> int:
    """HTTP's status for what no repetition changes."""
    if code in _STRANGER:
        return 401
    if code.endswith("AUTHORIZATION_FAILED"):
        return 403
    if kind is Kind.MISSING:
        return 404
    return 413 if "LARGE" in code else 400
