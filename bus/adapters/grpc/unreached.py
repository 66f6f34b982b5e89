"""Whether a call's status came from a server, or from the library that found none.

The library ends both alike: with a code and a text, without a sign whose they are. So
a server's words are only taken for the library's if nothing came with them, and they
are, from the first letter to the last, a text that the library makes; where it could
not connect, that text has the very address that we dialled.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NamedTuple

import grpc

from bus.ports import NoAnswerKind


class Call(NamedTuple):
    """What is known of a call beside its status.

    `answered`: trailers came, which a status of the library's never has (headers may
    have come before a connection broke).
    """

    answered: bool = False
    addresses: Iterable[str] = ()
    port: int = 0


UNKNOWN = Call()


_CONNECTING = re.compile(
    r"failed to connect to all addresses; last error: [A-Z_]+: "
    r"ipv[46]:(?:%5B|\[)?(?P<host>[0-9a-fA-F.:]+?)(?:%5D|\])?:(?P<port>\d+): .*",
    re.DOTALL,
)
# A connection or a call on it that broke; newer libraries put it in brackets.
_BROKEN = re.compile(
    r"(?:Stream removed \()?(?:"
    r"Socket closed|(?:recv|send|recvmsg|sendmsg|read|write): ?[A-Z][A-Za-z ]+"
    r"(?: \(\d+\))?"
    r"|(?:RST_STREAM \()?Received RST_STREAM with error code \d+\)?"
    r"|GOAWAY received; Error code: \d+; Debug Text: .*"
    r"|keepalive (?:watchdog )?timeout|Stream removed"
    r")\)?",
    re.DOTALL,
)
_OUR_LIMIT = re.compile(
    r"(?:Stream removed \()?(?:"
    r"CLIENT: Received message larger than max \(\d+ vs\. \d+\)"
    r"|received metadata size exceeds (?:hard|soft) limit \(\d+ vs\. \d+\);.*"
    r")\)?",
    re.DOTALL,
)
_HTTP2 = re.compile(r"http/?[12]|settings frame", re.IGNORECASE)
_TLS = re.compile(r"handshak|ssl|tls|certificate|verification", re.IGNORECASE)

_ALWAYS = {
    grpc.StatusCode.DEADLINE_EXCEEDED: NoAnswerKind.TIMEOUT,
    grpc.StatusCode.CANCELLED: NoAnswerKind.RESET,
}


def unreached(
    code: grpc.StatusCode, details: str, call: Call = UNKNOWN
) -> NoAnswerKind | None:
    """Why there is no answer, if there is none."""
    if (always := _ALWAYS.get(code)) is not None or call.answered:
        return always
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return NoAnswerKind.PROTOCOL if _OUR_LIMIT.fullmatch(details) else None
    if code is not grpc.StatusCode.UNAVAILABLE:
        return None
    if found := _CONNECTING.fullmatch(details):
        return _why(details) if _dialled(found, call) else None
    return NoAnswerKind.RESET if _BROKEN.fullmatch(details) else None


def _dialled(found: re.Match[str], call: Call) -> bool:
    """Whether it names an address of ours, as no server's text of its own does."""
    try:
        host = ip_address(found["host"])
    except ValueError:
        return False
    named = (ip_address(one) == host for one in call.addresses)
    return found["port"] == str(call.port) and any(named)


def _why(details: str) -> NoAnswerKind:
    """Why it could not connect, by what stands behind the address."""
    for pattern, kind in (
        (_HTTP2, NoAnswerKind.PROTOCOL),
        (_TLS, NoAnswerKind.TLS),
    ):
        if pattern.search(details):
            return kind
    return NoAnswerKind.CONNECT
