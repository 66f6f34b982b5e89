"""Two messages that PayPal itself signed, as its own libraries publish them.

The first is the sample of paypalrestsdk for Python and Ruby (`verify_webhook_event`),
the second that of the SDK for PHP (`ValidateWebhookEvent`). Both are signed under the
sandbox's certificate CERT-360caa42-fca2a594-a5cafa77 (2015 to 2017), as recordings of
the sandbox's answers hold it; its public key stands here. PayPal's libraries of today
verify nothing by themselves: they ask PayPal.
"""

import json
from pathlib import Path
from typing import cast

import pytest

from bus.intake.verifying.fetched import FetchedKey
from bus.intake.verifying.verdict import Reason, Secret, Signed, Verdict
from tests.support.channels import shipped
from tests.support.signatures import NOW

_FILE = Path(__file__).parent / "vectors" / "paypal.json"
_ALL = json.loads(_FILE.read_text(encoding="utf-8"))
KEY = f"-----BEGIN PUBLIC KEY-----\n{_ALL['key']}\n-----END PUBLIC KEY-----\n"
VERIFIER = cast("FetchedKey", shipped("paypal").verifier)

messages = pytest.mark.parametrize(
    "message",
    _ALL["messages"],
    ids=lambda one: one["headers"]["paypal-transmission-id"],
)


def verdict(message: dict[str, object], body: str = "", webhook: str = "") -> Verdict:
    """What the shipped channel says of it, or of it with something changed."""
    headers = cast("dict[str, str]", message["headers"])
    content = (body or str(message["body"])).encode()
    signed = Signed(content, headers, "https://bus.example.com/in/x", NOW, (KEY,))
    return VERIFIER.verify(signed, [Secret("s1", webhook or str(message["webhook"]))])


@messages
def test_what_paypal_signed_is_verified(message: dict[str, object]) -> None:
    """By its id, its time, the webhook's id and the body's checksum; by its key."""
    headers = cast("dict[str, str]", message["headers"])
    assert VERIFIER.key_url(headers) == headers["paypal-cert-url"]
    assert verdict(message).good


@messages
def test_a_change_of_it_is_refused(message: dict[str, object]) -> None:
    """Another amount, another webhook, or the signature of the other message."""
    body = str(message["body"]).replace("USD", "EUR", 1)
    assert verdict(message, body=body).reason is Reason.MISMATCH
    assert verdict(message, webhook="4JH86294D6297924H").reason is Reason.MISMATCH
    first, second = (
        one["headers"]["paypal-transmission-sig"] for one in _ALL["messages"]
    )
    headers = cast("dict[str, str]", message["headers"])
    own = headers["paypal-transmission-sig"]
    other = headers | {"paypal-transmission-sig": second if own == first else first}
    assert verdict({**message, "headers": other}).reason is Reason.MISMATCH
