"""What of a request is signed."""

from bus.webhook.verdict import Signed
from processors.receiver.connection import Request


def signed_part(request: Request) -> Signed:
    """Id, timestamp, signatures and body of a request, as they came."""
    return Signed(
        _text(request, b"webhook-id"),
        _text(request, b"webhook-timestamp"),
        _text(request, b"webhook-signature"),
        request.body,
    )


def _text(request: Request, name: bytes) -> str:
    return request.headers.get(name, b"").decode(errors="replace")
