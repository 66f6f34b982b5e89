"""What is answered without keeping anything: pings, and proofs that we want it."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import orjson

from bus.intake.channels.answers import Answering, Challenge, ChallengeKind, Ping, Said
from bus.intake.sources import Source

_MOST_FORM = 1_000
_MOST_CHALLENGE = 1_000
_PER_MINUTE = 60
_HANDSHAKE_TYPE = "orderbus.verification"
_OK, _FORBIDDEN = 200, 403


@dataclass(frozen=True, slots=True)
class Came:
    """A request, as far as an answer depends on it.

    Attributes:
        headers: By name in small letters.
        query: By name; of several the last.
        url: The address, as the sender knows it.
    """

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with headers of its own."""

    said: Said
    headers: Mapping[str, str] = field(default_factory=dict)


def pinged(answering: Answering, came: Came, *, verified: bool) -> Reply | None:
    """The answer to a ping; None if it is none.

    Before the signature was looked at, only what no submission can be is one: a form,
    a header of its own, another method.
    """
    for ping in answering.pings:
        asked = ping.method == came.method and bool(ping.contains) is verified
        if asked and _fits(ping, came):
            return Reply(ping.said)
    return None


def _fits(ping: Ping, came: Came) -> bool:
    if ping.header and not _has_header(ping.header, came.headers):
        return False
    if ping.contains and ping.contains.encode() not in came.body:
        return False
    return not ping.form or _is_form(ping.form, came)


def _has_header(wanted: str, headers: Mapping[str, str]) -> bool:
    name, colon, value = wanted.partition(":")
    given = headers.get(name.strip().lower())
    return given is not None and (not colon or given.strip() == value.strip())


def _is_form(name: str, came: Came) -> bool:
    """A form with this field alone, and nothing that could be an order."""
    if len(came.body) > _MOST_FORM:
        return False
    try:
        fields = parse_qsl(came.body.decode("ascii"), strict_parsing=True)
    except (ValueError, UnicodeDecodeError):
        return False
    return [field for field, _ in fields] == [name]


def challenged(challenge: Challenge | None, source: Source, came: Came) -> Reply | None:
    """The answer to a challenge that comes without a signature; None if it is none."""
    if challenge is None:
        return None
    match challenge.kind, came.method:
        case ChallengeKind.ECHO, "GET":
            return _echo(challenge, source, came)
        case ChallengeKind.HASH, "GET":
            return _hash(challenge, source, came)
        case ChallengeKind.HANDSHAKE, "OPTIONS":
            return _handshake(source, came)
        case _:
            return None


def shaken(challenge: Challenge | None, came: Came) -> Reply | None:
    """The answer to a signed challenge of Orderbus, once its signature is verified."""
    if challenge is None or challenge.kind is not ChallengeKind.HANDSHAKE:
        return None
    if (
        len(came.body) > _MOST_CHALLENGE * 4
        or _HANDSHAKE_TYPE.encode() not in came.body
    ):
        return None
    try:
        document: object = orjson.loads(came.body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict) or document.get("type") != _HANDSHAKE_TYPE:
        return None
    data = document.get("data")
    text = data.get("challenge") if isinstance(data, dict) else None
    return Reply(Said(_OK, text)) if _is_plain(text) and isinstance(text, str) else None


def _echo(challenge: Challenge, source: Source, came: Came) -> Reply | None:
    text = came.query.get(challenge.query)
    if not _is_plain(text) or text is None:
        return None
    if challenge.token:
        wanted = source.settings.get(challenge.setting, "")
        given = came.query.get(challenge.token, "")
        if not wanted or not hmac.compare_digest(wanted.encode(), given.encode()):
            return Reply(Said(_FORBIDDEN))
    return Reply(Said(_OK, text))


def _hash(challenge: Challenge, source: Source, came: Came) -> Reply | None:
    text = came.query.get(challenge.query)
    if not _is_plain(text) or text is None:
        return None
    token = source.settings.get(challenge.setting, "")
    digest = hashlib.sha256(f"{text}{token}{came.url}".encode()).hexdigest()
    body = orjson.dumps({challenge.field: digest}).decode()
    return Reply(Said(_OK, body, "application/json"))


def _handshake(source: Source, came: Came) -> Reply | None:
    """CloudEvents HTTP 1.1 Web Hooks, section 4."""
    origin = came.headers.get("webhook-request-origin")
    if not _is_plain(origin) or origin is None:
        return None
    rate = "*" if source.rate is None else str(max(1, int(source.rate * _PER_MINUTE)))
    headers = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": rate}
    return Reply(Said(_OK), {**headers, "Allow": "POST, OPTIONS"})


def _is_plain(text: object) -> bool:
    """Whether it may be repeated: short, printable, nothing a browser would run."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= _MOST_CHALLENGE
        and text.isascii()
        and text.isprintable()
        and not set(text) & set("<>\"'&")
    )
