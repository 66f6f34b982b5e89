"""Tokens that live for a while (OAuth 2): had once, kept until shortly before the end.

Only in memory: a process that starts asks for its own.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson

from bus.intake.fetching.template import host_of
from bus.intake.sources import Fetch, OAuth
from bus.ports import Clock
from bus.sending import Ask, Asker, Got, NoAnswer, NoAnswerKind
from processors.convert.failed import FailedError

_MOST_BYTES = 64 * 1024
_EARLY_S = 60.0
_UNTOLD_S = 300.0
_LONGEST_S = 86_400.0
_OK, _SERVER_FAULT, _TOO_MANY = 200, 500, 429
TOKEN = "access_token"  # noqa: S105 - its name


@dataclass(frozen=True, slots=True)
class _Token:
    """A token, by which rules it was had, and until when it is used."""

    rules: Fetch
    text: str
    until: float


class Tokens:
    """The tokens of sources; several that want one at the same time ask once."""

    def __init__(self, asker: Asker, clock: Clock) -> None:
        self._asker = asker
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def credentials(self, source: str, rules: Fetch) -> Mapping[str, str]:
        """What a source shows its API, with a token if it is to have one.

        Raises:
            FailedError: the token cannot be had.
        """
        if rules.oauth is None:
            return rules.credentials
        async with self._locks.setdefault(source, asyncio.Lock()):
            token = self._tokens.get(source)
            if token is None or token.rules != rules or token.until <= self._now:
                token = await self._asked(rules, rules.oauth)
                self._tokens[source] = token
        return {**rules.credentials, TOKEN: token.text}

    def forget(self, source: str) -> None:
        """Ask for another one next time: this one was refused."""
        self._tokens.pop(source, None)

    @property
    def _now(self) -> float:
        return self._clock.monotonic()

    async def _asked(self, rules: Fetch, oauth: OAuth) -> _Token:
        if host_of(oauth.url) not in rules.hosts:
            text = f"{host_of(oauth.url)}, where tokens are had, is none of its hosts"
            raise FailedError(text, for_good=True)
        began = self._now
        got = await self._asker.ask(
            Ask(
                oauth.url,
                [
                    ("content-type", "application/x-www-form-urlencoded"),
                    ("accept", "application/json"),
                ],
                rules.timeout_s,
                _MOST_BYTES,
                "POST",
                urlencode(_form(rules, oauth)).encode(),
            )
        )
        if isinstance(got, NoAnswer):
            never = got.kind is NoAnswerKind.FORBIDDEN
            raise FailedError(f"no token: {got.detail or got.kind}", for_good=never)
        text, lives_s = _read(got)
        return _Token(rules, text, began + max(1.0, lives_s - _EARLY_S))


def _form(rules: Fetch, oauth: OAuth) -> dict[str, str]:
    form = {
        "grant_type": oauth.grant,
        "client_id": oauth.client_id,
        "client_secret": rules.credentials.get("client_secret", ""),
    }
    if oauth.grant == "refresh_token":
        form["refresh_token"] = rules.credentials.get("refresh_token", "")
    if oauth.scope:
        form["scope"] = oauth.scope
    return form


def _read(got: Got) -> tuple[str, float]:
    """The token of an answer, and how many seconds it lives. Never shows the answer."""
    if got.status != _OK:
        passes = got.status >= _SERVER_FAULT or got.status == _TOO_MANY
        raise FailedError(f"no token: answered {got.status}", for_good=not passes)
    try:
        said: object = orjson.loads(got.body)
        fields = said if isinstance(said, dict) else {}
        lives = float(fields.get("expires_in") or _UNTOLD_S)
    except (ValueError, TypeError):
        fields, lives = {}, 0.0
    text = fields.get(TOKEN)
    if not isinstance(text, str) or not text.isprintable() or not text:
        raise FailedError("no token: the answer holds none")
    return text, min(max(lives, 0.0), _LONGEST_S)
