"""The shipped channels judge as the channels' own libraries do, on the same bytes.

The signatures below were made with stripe 16.1.0 (`WebhookSignature`) and found right
by it and by squareup 46.0.0 (`verify_signature`); so was what each says to the changed
ones. Adyen's and Standard Webhooks' stand in `test_verifying.py`, PayPal's in
`test_paypal_messages.py`.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bus.intake.verifying.verdict import Reason
from tests.support.channels import shipped
from tests.support.signatures import verdict

AT = 1_795_435_200
STRIPE = "whsec_8a1f0c2e4b6d"
CHARGE = (
    '{"id":"evt_1","type":"charge.succeeded","amount":1990,"note":"Zoë ✓"}'.encode()
)
V1 = "606b42b684f7899ee948ea8d456fdd334993e7db89f2239e7aa704c00a1e8a10"
SQUARE = "sq-key-0123"
ORDER = '{"merchant_id":"M1","type":"order.created","note":"Zoë ✓"}'.encode()
HMAC = "kZTSDCBS9/yDL/pTba00pMWQ1ZUKr6s4JySODGzNIm0="
URL = "https://bus.example.com/in/square"


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (f"t={AT},v1={V1}", True),
        (f"t={AT},v0=00,v1={V1}", True),
        (f"t={AT},v1={'0' * 64},v1={V1}", True),
        (f"v1={V1},t={AT}", True),
        (f"t={AT},v0={V1}", False),
        (f"t={AT + 1},v1={V1}", False),
        (f"v1={V1}", False),
        (f"t={AT},v1={V1[:-1]}", False),
    ],
)
def test_stripe(header: str, *, good: bool) -> None:
    """Pairs in any order, any of several signatures, within five minutes."""
    verifier, at = shipped("stripe").verifier, datetime.fromtimestamp(AT, UTC)
    headers = {"stripe-signature": header}
    found = verdict(verifier, headers, STRIPE, body=CHARGE, now=at)
    assert found.good is good
    late = at + timedelta(seconds=301)
    stale = verdict(verifier, headers, STRIPE, body=CHARGE, now=late)
    assert stale.good is False
    changed = CHARGE.replace(b"1990", b"1991")
    assert not verdict(verifier, headers, STRIPE, body=changed, now=at).good


@pytest.mark.parametrize(
    ("url", "body", "good"),
    [(URL, ORDER, True), (f"{URL}/", ORDER, False), (URL, ORDER + b" ", False)],
)
def test_square(url: str, body: bytes, *, good: bool) -> None:
    """The address as it was told to Square, then the body."""
    headers = {"x-square-hmacsha256-signature": HMAC}
    found = verdict(shipped("square").verifier, headers, SQUARE, body=body, url=url)
    assert found.reason is (Reason.VERIFIED if good else Reason.MISMATCH)
