"""Taking secrets out of what is told. Pure.

An endpoint may repeat in its answer what it was sent, so that a header's value stands
in an excerpt, decoded, or cut in its middle.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote_plus, urlsplit

from bus.delivery.subscription import Subscription
from processors.diagnose.findings import Finding

HIDDEN = "(hidden)"
_LEAST = 4
"""Shorter ones are no secrets, but parts of words."""
_LEAST_PART = 8


def secrets_in(subscription: Subscription) -> Iterator[str]:
    """All that is secret of a subscription, in the forms it may come back in."""
    for value in subscription.headers.values():
        yield from _of_header(value)
    for secret in subscription.secrets:
        yield secret.value
        yield secret.value.partition("_")[2]
    if subscription.login is not None:
        yield subscription.login.password
    if (key := subscription.tls.client_key) is not None:
        yield key
        yield from (line for line in key.splitlines() if not line.startswith("-----"))
    query = urlsplit(subscription.url).query
    yield from _of_query(query)


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


class Scrubber:
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

    def plain(self, value: object) -> object:
        """Plain values, names included, without them."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.plain(name): self.plain(v) for name, v in value.items()}
            case list() | tuple():
                return [self.plain(one) for one in value]
            case _:
                return value

    def finding(self, finding: Finding) -> Finding:
        """A finding without them."""
        return replace(
            finding,
            says=self.text(finding.says),
            do=self.text(finding.do),
            evidence={
                self.text(name): self.plain(value)
                for name, value in finding.evidence.items()
            },
        )

    def _cut(self, text: str) -> str:
        for secret in self._secrets:
            for length in range(min(len(secret), len(text)) - 1, _LEAST_PART - 1, -1):
                if text.endswith(secret[:length]):
                    return text[:-length] + HIDDEN
        return text
