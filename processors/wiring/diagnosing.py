"""What a diagnosis works with, made from settings; nothing of Kafka."""

import base64
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from bus.adapters.http.probe import EndpointProbe
from processors.clock import SystemClock
from processors.diagnose.probing import Means
from processors.settings import Settings
from processors.wiring.adapters import find_keys, make_guard, make_sender
from processors.wiring.relays import relays_of
from processors.wiring.sinks import make_sinks

_TOLD = (
    "group_prefix",
    "sender",
    "https_only",
    "spill_after_s",
    "first_attempt_budget_s",
    "in_flight_limit",
    "retry_memory",
    "breaker_consecutive",
    "breaker_window_s",
    "breaker_window_min",
    "breaker_window_share",
    "breaker_open_s",
    "breaker_open_max_s",
    "breaker_probe_successes",
    "breaker_fuse_min",
    "breaker_fuse_share",
)
"""Settings that say how deliveries are made; none can hold a secret."""
_SECRET_NAME = re.compile(r"password|secret|key|jaas|token|oauth|credential")


@asynccontextmanager
async def open_means(settings: Settings) -> AsyncIterator[Means]:
    """Open a probe and a sender behind the guard that deliveries have."""
    guard = make_guard(settings)
    probe, sender = EndpointProbe(guard), make_sender(settings, guard)
    sinks = make_sinks(
        sender,
        guard,
        aws=settings.aws_own_credentials,
        relays=relays_of(settings, find_keys(settings)),
    )
    try:
        yield Means(
            prober=probe,
            sender=sender,
            sinks=sinks,
            clock=SystemClock(),
            random_bytes=os.urandom,
            configuration=_configuration(settings),
            hidden=tuple(_hidden(settings)),
        )
    finally:
        await sinks.close()
        await sender.close()
        await probe.close()


def _configuration(settings: Settings) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(settings, name) for name in _TOLD}
    return told | {"allow_networks": [str(net) for net in settings.allow_networks]}


def _hidden(settings: Settings) -> Iterator[str]:
    """All secrets of the settings, so that none is told by accident."""
    if settings.encryption_key is not None:
        yield from settings.encryption_key.get_secret_value().replace(",", " ").split()
    if settings.api_key_secret is not None:
        yield from settings.api_key_secret.get_secret_value().replace(",", " ").split()
    for key in find_keys(settings).all:
        yield base64.b64encode(key).decode()
    if settings.registry_auth is not None:
        text = settings.registry_auth.get_secret_value()
        yield text
        yield text.partition(":")[2] or text.partition(" ")[2]
    for name, value in settings.kafka.items():
        if _SECRET_NAME.search(name):
            yield value.get_secret_value()
