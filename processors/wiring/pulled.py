"""The port of a gateway where partners dial in for their events."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hmac import compare_digest
from typing import Protocol

from bus.access.roles import Principal, Scope
from bus.delivery.endpoint import Kind
from bus.delivery.subscription import Subscription
from bus.errors import ConfigurationError, NotAllowedError
from processors.settings import Settings
from processors.subscriptions.keys import Keys
from processors.wiring.relays import tokens_of
from processors.wiring.sinks import missing


class Held(Protocol):
    """The subscriptions that there are."""

    def get(self, subscription_id: str) -> Subscription | None:
        """The one with this id, or None."""
        ...


@asynccontextmanager
async def open_relay(
    settings: Settings,
    keys: Keys,
    table: Held,
    authenticate: Callable[[str], Principal],
) -> AsyncIterator[str]:
    """Serve it, if a port is named for it; gives its URL, or "".

    Raises:
        ConfigurationError: the port is taken, or the extra is missing.
    """
    if settings.pull_port is None:
        yield ""
        return
    if (why := missing(Kind.PULL)) is not None:
        raise ConfigurationError(f"ORDERBUS_PULL_PORT: {why}")
    # A quarter of a second, and not needed where nobody pulls.
    from bus.adapters.grpc.relay import Relay  # noqa: PLC0415

    tokens = tokens_of(keys)
    relay = Relay(
        settings.api_host,
        settings.pull_port,
        admitting(table, authenticate),
        lambda shown: any(
            compare_digest(one.encode(), shown.encode()) for one in tokens
        ),
        _shown(settings),
    )
    url = await relay.start()
    try:
        yield url
    finally:
        await relay.stop()


def admitting(
    table: Held, authenticate: Callable[[str], Principal]
) -> Callable[[str, str], None]:
    """Who may have which events: see `bus.adapters.grpc.relay.Admit`.

    What belongs to others is not there, as over the API.
    """

    def admit(token: str, subscription: str) -> None:
        who, found = authenticate(token), table.get(subscription)
        if not who.may(Scope.ACKS_WRITE):
            raise NotAllowedError(
                f"this needs the scope {Scope.ACKS_WRITE.value}, which this"
                f" {who.role.value} key has not"
            )
        there = found is not None and who.sees(found.owner)
        if found is None or not there or found.kind is not Kind.PULL:
            raise NotAllowedError("this key has no subscription of that name to pull")

    return admit


def _shown(settings: Settings) -> tuple[bytes, bytes] | None:
    """The private key and the certificate of the API."""
    certificate, key = settings.api_certificate_file, settings.api_key_file
    if certificate is None or key is None:
        return None
    try:
        return key.read_bytes(), certificate.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"ORDERBUS_API_CERTIFICATE_FILE, ORDERBUS_API_KEY_FILE: {error.strerror}"
        ) from None
