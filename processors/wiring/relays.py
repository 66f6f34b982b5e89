"""How workers find the gateways where partners pull, and what they show them."""

from collections.abc import Sequence
from typing import NamedTuple

from bus.access.digests import ServerKeys
from processors.settings import Settings
from processors.subscriptions.keys import Keys

_USE = b"orderbus: what workers show the relays of pulled events, v1"


class Relays(NamedTuple):
    """Where events are handed over that partners pull, and what is shown there."""

    urls: Sequence[str] = ()
    token: str = ""


def relays_of(settings: Settings, keys: Keys) -> Relays:
    """Those that are named, or the one of this machine; and what is shown there."""
    return Relays(urls_of(settings), next(iter(tokens_of(keys)), ""))


def urls_of(settings: Settings) -> Sequence[str]:
    """Those that are named, or the one of this machine."""
    urls: Sequence[str] = settings.pull_relays
    if not urls and settings.pull_port:
        scheme = "grpc" if settings.api_certificate_file is None else "grpcs"
        host = settings.api_host
        shown = f"[{host}]" if ":" in host else host
        urls = [f"{scheme}://{shown}:{settings.pull_port}"]
    return urls


def tokens_of(keys: Keys) -> Sequence[str]:
    """What workers show, newest first: it follows from the encryption keys."""
    if not keys:
        return []
    return [key.hex() for key in ServerKeys.of(keys.all).derive(_USE)]
