"""Verifies webhooks (Standard Webhooks 1.0.0). Python 3.9 or newer, nothing else."""

import base64
import hashlib
import hmac
import time

TOLERANCE_S = 300


def verify(secret, headers, body, now=None, tolerance_s=TOLERANCE_S):
    """Return whether this is signed with the secret (`whsec_…`), and not long ago.

    `headers` has a `get` and lower-case names; `body` is the raw bytes as they came.
    With `tolerance_s=None` it may be of any age, as what has waited in a queue.
    """
    message_id = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    signatures = headers.get("webhook-signature") or ""
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    if not message_id or not is_number:
        return False
    off_s = abs((time.time() if now is None else now) - int(timestamp))
    if tolerance_s is not None and off_s > tolerance_s:
        return False
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    # While a secret is being replaced there are several; one that fits is enough.
    return any(
        hmac.compare_digest(expected, one.encode()) for one in signatures.split(" ")
    )
