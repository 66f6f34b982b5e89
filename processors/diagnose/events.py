"""The test events of a diagnosis: marked as such, signed well or wrongly on purpose.

Only the first is a sample of a type the subscription asks for. All others are of the
type `orderbus.test`, so that a receiver that minds no mark makes nothing of them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bus.delivery.expressions import compile_expression
from bus.delivery.subscription import Subscription
from bus.errors import InvalidSubscriptionError, RenderError
from bus.ports import Post
from bus.times import rfc3339
from bus.webhook.document import Document
from bus.webhook.rendering import Representation, content_type, negotiate, render
from bus.webhook.signing import Signer, generate_secret
from processors.subscriptions.marked import MARK
from processors.subscriptions.trial import choose

TEST_TYPE = "orderbus.test"
_SECRET_BYTES = 32


class Message(NamedTuple):
    """A test event before it is signed."""

    event_type: str
    webhook_id: str
    content: str
    body: bytes


def sample_of(subscription: Subscription, now_s: float) -> Message:
    """A sample of what it asks for; of our own type where there is none."""
    representation = negotiate(subscription.accept)
    try:
        event, doc, _ = choose(subscription, None, now_s)
        body = _rendered(subscription, doc, representation)
    except (InvalidSubscriptionError, RenderError):
        return harmless(representation, now_s, "sample")
    return Message(event.type, event.id, content_type(representation), body)


def harmless(representation: Representation, now_s: float, nonce: str) -> Message:
    """An event of a type that nobody has subscribed to."""
    webhook_id = f"test-{nonce}"
    doc: Document = {
        "id": webhook_id,
        "type": TEST_TYPE,
        "timestamp": rfc3339(datetime.fromtimestamp(now_s, UTC)),
        "order_id": "orderbus-test",
        "status": "test",
        "data": {},
        "metadata": {},
        "bus": {"source": "/orderbus/diagnose", "test": True},
    }
    body = render(doc, representation, None)
    return Message(TEST_TYPE, webhook_id, content_type(representation), body)


def others(accept: str) -> Sequence[Representation]:
    """The representations that a subscription does not ask for."""
    asked = negotiate(accept)
    return [one for one in Representation if one is not asked]


def post(
    subscription: Subscription,
    message: Message,
    signer: Signer,
    now_s: float,
    timeout_s: float,
) -> Post:
    """The request that carries it."""
    at = int(now_s)
    headers = (
        ("content-type", message.content),
        *subscription.headers.items(),
        ("webhook-id", message.webhook_id),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signer.sign(message.webhook_id, at, message.body)),
        MARK,
    )
    return Post(subscription.url, headers, message.body, timeout_s, subscription.tls)


def wrong_signer(subscription: Subscription, random_bytes: bytes) -> Signer:
    """Signs as it should be signed, with a secret that nobody knows."""
    scheme = subscription.secrets[0].scheme if subscription.secrets else "v1"
    return Signer([(scheme, generate_secret(random_bytes, scheme), None)])


def _rendered(
    subscription: Subscription, doc: Document, representation: Representation
) -> bytes:
    transform = subscription.transform
    compiled = compile_expression(transform, "transform") if transform else None
    return render(doc, representation, compiled)
