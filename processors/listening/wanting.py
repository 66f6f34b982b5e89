"""Saying yes to a bus that asks whether its events are wanted.

It asks in one of two ways: by the handshake of CloudEvents HTTP 1.1 Web Hooks (section
4), or by an event with a challenge, which is answered with the challenge alone.
"""

import re

from processors.listening.heard import Heard
from processors.receiver.connection import Request
from processors.subscriptions.proof import CHALLENGE_TYPE

_ORIGIN = re.compile(r"[!-~]{1,253}")
_RATE = re.compile(r"[1-9][0-9]{0,8}")
_WORD = rb"([A-Za-z0-9_-]{1,200})"
_CHALLENGE = re.compile(
    rb'"challenge"\s*:\s*"' + _WORD + rb'"|<challenge>' + _WORD + rb"</challenge>"
)


def origin_of(request: Request) -> str:
    """Who asks by the handshake; empty for any other request."""
    origin = request.header(b"webhook-request-origin")
    asks = request.method == "OPTIONS" and _ORIGIN.fullmatch(origin)
    return origin if asks else ""


def allowance(request: Request) -> tuple[tuple[str, str], ...]:
    """The headers that let him send, as often a minute as he asked to: `*` is any."""
    rate = request.header(b"webhook-request-rate")
    return (
        ("allow", "POST"),
        ("webhook-allowed-origin", origin_of(request)),
        ("webhook-allowed-rate", rate if _RATE.fullmatch(rate) else "*"),
    )


def challenge_in(heard: Heard) -> bytes | None:
    """The challenge of an event that asks by one; None for any other."""
    if heard.type != CHALLENGE_TYPE:
        return None
    found = _CHALLENGE.search(heard.body)
    return None if found is None else found[1] or found[2]
