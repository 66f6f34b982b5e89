"""Subscriptions with secrets, and their records in `bus.subscriptions`."""

from bus.delivery.subscription import Subscription, parse_subscription
from bus.record import Message, Written
from processors.subscriptions.keys import Keys
from processors.subscriptions.stored import store
from tests.support.worlds import KEYS, Randomness, Worlds

TOPIC = "bus.subscriptions"


def make(name: str = "acme", **fields: object) -> Subscription:
    """A subscription with everything that is secret set."""
    return parse_subscription(
        {
            "id": name,
            "url": f"https://{name}.example/in",
            "types": ["order.*"],
            "headers": {"Authorization": "Bearer hush"},
            "tls": {"client_certificate": "BEGIN", "client_key": "BEGIN hush"},
            "secrets": [
                {
                    "id": "s1",
                    "value": "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo",
                    "created_at": "2026-01-01T00:00:00Z",
                }
            ],
        }
        | fields
    )


def put(worlds: Worlds, name: str, value: bytes | None) -> Written:
    """Write a raw record."""
    return worlds.broker.append(Message(TOPIC, name.encode(), value))


def stored(subscription: Subscription, keys: Keys = KEYS) -> bytes:
    """The bytes of a subscription's record."""
    return store(subscription, keys, Randomness(99))
