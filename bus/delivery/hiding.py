"""Taking an endpoint's secrets out of what is told. Pure.

An endpoint may repeat in its answer what it was sent, so that a header's value or a
password stands in an excerpt, decoded, or cut in its middle.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import unquote_plus, urlsplit

from bus.delivery.delivery import Accepted, Outcome, said_of
from bus.delivery.endpoint import Kind, kind_of
from bus.delivery.subscription import Subscription

HIDDEN = "(hidden)"
_LEAST = 4
"""Shorter ones are no secrets, but parts of words."""
_LEAST_PART = 8
_QUERIES = frozenset({Kind.HTTP, Kind.PLUGGED})
"""Kinds whose URLs may hold one; the others have options there."""


def secrets_in(subscription: Subscription) -> Iterator[str]:
    """All that is secret of a subscription, in the forms it may come back in."""
    for value in subscription.headers.values():
        yield from _of_header(value)
    for secret in subscription.secrets:
        yield secret.value
        yield secret.value.partition("_")[2]
    if subscription.login is not None:
        yield from _of_lines(subscription.login.password)
    if (key := subscription.tls.client_key) is not None:
        yield from _of_lines(key)
    if kind_of(subscription.url) in _QUERIES:
        yield from _of_query(urlsplit(subscription.url).query)


def _of_lines(text: str) -> Iterator[str]:
    yield text
    if "\n" in text:
        yield from (line for line in text.splitlines() if not line.startswith("-----"))


def _of_header(value: str) -> Iterator[str]:
    yield value
    scheme, _, rest = value.partition(" ")
    if rest:
        yield rest
    if scheme.lower() == "basic":
        try:
            login = b64decode(rest, validate=True).decode()
        except ValueError:
            return
        yield login
        yield login.partition(":")[2]


def _of_query(query: str) -> Iterator[str]:
    if not query:
        return
    yield query
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        text = value if equals else name
        yield text
        yield unquote_plus(text)


class Hiding:
    """Puts `(hidden)` in the place of every secret it was given."""

    def __init__(self, secrets: Iterable[str]) -> None:
        kept = {one for text in secrets if len(one := text.strip()) >= _LEAST}
        self._secrets: Sequence[str] = sorted(kept, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without them, a beginning of one at its end included."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        return self._cut(text)

    def _cut(self, text: str) -> str:
        for secret in self._secrets:
            for length in range(min(len(secret), len(text)) - 1, _LEAST_PART - 1, -1):
                if text.endswith(secret[:length]):
                    return text[:-length] + HIDDEN
        return text


def covered(said: str, subscription: Subscription) -> str:
    """What an endpoint said, without what the subscription has of secrets."""
    return Hiding(secrets_in(subscription)).text(said)


def discreet(outcome: Outcome, subscription: Subscription) -> Outcome:
    """What came of an attempt, without a credential that the endpoint repeats."""
    said = said_of(outcome)
    if not said:
        return outcome
    shown = covered(said, subscription)
    if shown == said:
        return outcome
    if isinstance(outcome, Accepted):
        return replace(outcome, said=shown)
    return replace(outcome, detail=shown)
