"""Webhooks as a listener hears them."""

from dataclasses import replace

from bus.webhook.signing import Signer
from processors.listening.heard import Heard

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - an example
BODY = (
    b'{"type":"order.created","timestamp":"2026-11-23T12:00:00.000000Z",'
    b'"order_id":"SO-1","bus":{"sequence":3}}'
)


def signed_headers(
    at: int, body: bytes = BODY, webhook_id: str = "e-1"
) -> dict[str, str]:
    """The headers of a webhook signed at an epoch second."""
    signer = Signer([("v1", SECRET, None)])
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signer.sign(webhook_id, at, body),
    }


_HEARD = Heard(
    at_s=1_795_435_201.5,
    method="POST",
    target="/hook",
    headers={b"webhook-id": b"e-1"},
    body=BODY,
    id="e-1",
    type="order.created",
    order_id="SO-1",
    sequence=3,
    attempt=1,
    after_s=None,
    verdict=None,
    age_ms=4.2,
    changes=(),
    answer="200",
    status=200,
)


def heard(**changes: object) -> Heard:
    """One, changed in a word."""
    return replace(_HEARD, **changes)  # type: ignore[arg-type]
