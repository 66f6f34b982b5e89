"""One call of the API without any I/O: what to send, when again, what it came to.

`converse` is a generator: it gives what to do next (a `Request` to send, a `Pause` to
wait for) and is told what came of it. The client with and the one without `await` are
two short loops around it, so that they cannot differ.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Generic, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote

import orjson

from bus.api.errors import ApiError, kind_of, lost, refusal
from bus.errors import OrderbusError

AnswerT = TypeVar("AnswerT")
_GOOD, _ELSEWHERE, _CONFLICT, _TOO_MANY = 200, 300, 409, 429
_SAFE = {"GET", "HEAD"}
_PASSING = {408, 429, 502, 503, 504}
_FIRST_S, _MOST_S = 0.25, 8.0
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True)
class Call(Generic[AnswerT]):
    """What a method of the client asks for, and the type of a good answer.

    `key` is the Idempotency-Key; None where the route takes none.
    """

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    body: object = field(default=None, repr=False)
    if_match: str = ""
    key: str | None = None


class Request(NamedTuple):
    """Send this."""

    method: str
    path: str
    query: Mapping[str, str | list[str]]
    headers: Mapping[str, str]
    content: bytes | None


class Pause(NamedTuple):
    """Wait so long."""

    seconds: float


class Answer(NamedTuple):
    """What was answered; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(NamedTuple):
    """There was no answer. `unsent`: the request cannot have arrived."""

    why: str
    unsent: bool


Told: TypeAlias = Answer | Lost | None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a call is tried again.

    `retries` after the first try; a Retry-After beyond `most_wait_s` is not waited for.
    """

    retries: int = 3
    most_wait_s: float = 60.0


def converse(
    call: Call[AnswerT], where: str, patience: Patience, jitter: float
) -> Generator[Request | Pause, Told, Answer]:
    """Ask until there is an answer; `jitter`, 0 to 1, spreads the pauses.

    Raises:
        ApiError: it was refused, or never answered.
    """
    request = request_of(call)
    told: Told = None
    for tried in range(patience.retries + 1):
        told = yield request
        if isinstance(told, Answer) and _GOOD <= told.status < _ELSEWHERE:
            return told
        wait_s = again_after(call, told, tried, jitter)
        if wait_s is None or wait_s > patience.most_wait_s or tried == patience.retries:
            break
        yield Pause(wait_s)
    if isinstance(told, Answer):
        wait = asked_to_wait(told)
        raise refusal(told.status, told.body, told.headers, wait)
    raise lost(where, told.why if told else "nothing was sent")


def request_of(call: Call[AnswerT]) -> Request:
    """What to send for a call."""
    headers = {"Accept": "application/json, */*;q=0.5"}
    if call.if_match:
        headers["If-Match"] = call.if_match
    if call.key is not None:
        headers["Idempotency-Key"] = call.key
    content = None
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        content = orjson.dumps(call.body, default=_plain)
    query = {k: _shown(v) for k, v in call.query.items() if v is not None}
    return Request(call.method, call.path, query, headers, content)


def json_of(answer: Answer) -> object:
    """The document in a good answer.

    Raises:
        ApiError: it is none; whatever answers there is no gateway.
    """
    try:
        return orjson.loads(answer.body)
    except ValueError:
        strange = "what answers there speaks no JSON: is this the address of a gateway?"
        error = ApiError(f"{answer.status}: {strange}")
        error.status, error.detail = answer.status, strange
    raise error


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no form in JSON")


def _shown(value: object) -> str | list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [_word(one) for one in value]
    return _word(value)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def segment(name: object) -> str:
    """A name as a part of a path.

    Raises:
        OrderbusError: it would lead to another path.
    """
    text = str(name)
    if text in {"", ".", ".."}:
        raise OrderbusError(f"{text!r} is no id")
    return quote(text, safe="")


def again_after(
    call: Call[AnswerT], told: Told, tried: int, jitter: float
) -> float | None:
    """When to try again, in seconds; None: never.

    Again goes what cannot have been done, and what does no harm done twice.
    """
    harmless = call.method in _SAFE or call.key is not None
    backoff_s = min(_MOST_S, _FIRST_S * 2.0**tried) * (0.5 + jitter / 2)
    if isinstance(told, Lost):
        return backoff_s if harmless or told.unsent else None
    if told is None:
        return None
    running = told.status == _CONFLICT and kind_of(told.body) == "in-progress"
    passing = told.status in _PASSING or running
    if told.status != _TOO_MANY and not (harmless and passing):
        return None
    asked_s = asked_to_wait(told)
    return backoff_s if asked_s is None else asked_s + jitter * _FIRST_S


def asked_to_wait(answer: Answer) -> float | None:
    """Retry-After in seconds; a date is measured by the answer's own Date."""
    said = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return float(said)
    try:
        until = parsedate_to_datetime(said)
        now = parsedate_to_datetime(answer.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return None
