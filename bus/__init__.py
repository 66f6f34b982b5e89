"""The event bus of an Order Management System.

`Producer` writes order events, `Consumer` reads them in a consumer group; `Outbox` and
`Inbox` do so within the transactions of a database. Errors are in `bus.errors`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bus.adapters.registry.connection import RegistryConnection
    from bus.client.consumer import Consumer, Received
    from bus.client.inbox import Inbox
    from bus.client.outbox import Outbox
    from bus.client.producer import Producer
    from bus.event import Event

__all__ = [
    "Consumer",
    "Event",
    "Inbox",
    "Outbox",
    "Producer",
    "Received",
    "RegistryConnection",
]

_HOMES = {
    "Consumer": "bus.client.consumer",
    "Event": "bus.event",
    "Inbox": "bus.client.inbox",
    "Outbox": "bus.client.outbox",
    "Producer": "bus.client.producer",
    "Received": "bus.client.consumer",
    "RegistryConnection": "bus.adapters.registry.connection",
}


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for.

    The programs import `bus.*` too, and need neither client nor its adapters.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'bus' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
