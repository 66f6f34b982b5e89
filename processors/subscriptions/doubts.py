"""What may be a mistake in a subscription that can run as it stands."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from bus.delivery.endpoint import SCHEMES, secured
from bus.delivery.subscription import Subscription
from bus.samples.lifecycles import STORIES, sample
from bus.webhook.document import Document, document
from processors.subscriptions.sifting import Sieve

_TELLING = ("token", "key", "secret", "sig", "auth", "password", "code")
_INSIDE = re.compile(r"[^.]+|.*\.(localhost|local|internal|svc|lan|home\.arpa)")
_QUOTED = re.compile(
    r'[=!<>]=?\s*"([^"]*)"(?!\s*[.\[])|(?<![.?])"([^"]*)"\s*[=!<>](?!\s*")'
)
_SEEDS = 12
_WHEN = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def doubts(subscription: Subscription) -> Iterator[str]:
    """One sentence each, for whoever takes the subscription on."""
    yield from _token_in_url(subscription.url)
    yield from _readable_on_the_way(subscription)
    yield from _passing_nothing(subscription)


def _token_in_url(url: str) -> Iterator[str]:
    with suppress(ValueError):
        for name, _ in parse_qsl(urlsplit(url).query):
            if any(word in name.lower() for word in _TELLING):
                yield (
                    f"url: {name} looks like a secret; URLs are stored as they are,"
                    " header values are sealed"
                )


def _readable_on_the_way(subscription: Subscription) -> Iterator[str]:
    parts = urlsplit(subscription.url)
    scheme = parts.scheme
    if not subscription.tls.verify:
        yield (
            "tls.verify: the certificate is not checked (--no-verify): anybody on the"
            " way can read and change the webhooks; better give --ca-file"
        )
    if SCHEMES[scheme].plain and not _inside(parts.hostname or ""):
        yield (
            f"url: plain {scheme} to {parts.hostname}: anybody on the way can read"
            f" the events; use {secured(scheme)}"
        )


def _inside(host: str) -> bool:
    """Whether a host is this machine or network, as far as its name tells."""
    try:
        address = ip_address(host)
    except ValueError:
        return _INSIDE.fullmatch(host.lower()) is not None
    return not address.is_global


def _passing_nothing(subscription: Subscription) -> Iterator[str]:
    if subscription.filter is None:
        return
    for left, right in _QUOTED.findall(subscription.filter):
        word = left or right
        if word not in _document("order.created", 0):
            yield (
                f'filter: "{word}" in double quotes is the name of a field, and there'
                f" is none; text stands in single quotes: '{word}'"
            )
            return
    if passes_a_sample(subscription) is False:
        yield "filter: none of the examples of its event types passes it"


def passes_a_sample(subscription: Subscription) -> bool | None:
    """Whether the filter lets an example through; None if that is not known."""
    types = _sampled(subscription.types)
    if not types or subscription.filter is None:
        return None
    sieve = Sieve(subscription.filter)
    for seed in range(_SEEDS):
        for event_type in types:
            if sieve.passes(_document(event_type, seed)):
                return True
            if sieve.used_up:
                return None
    return False


def _document(event_type: str, seed: int) -> Document:
    return document(sample(event_type, seed, _WHEN))


def _sampled(patterns: Sequence[str]) -> Sequence[str]:
    known = {event_type for _, _, steps in STORIES for event_type, _ in steps}
    return sorted(t for t in known if any(fnmatchcase(t, p) for p in patterns))
