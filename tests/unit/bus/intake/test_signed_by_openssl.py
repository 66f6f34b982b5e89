"""Shipped channels without a public vector, signed by another program: `openssl`.

Shopify, WooCommerce and BigCommerce publish how they sign and no example with its
secret, so what they send is made here by the commands that anybody would check it with.
"""

import subprocess
from base64 import b64encode
from shutil import which

import pytest

from bus.intake.verifying.verdict import Reason
from tests.support.channels import shipped
from tests.support.signatures import NOW, verdict

BODY = '{"id":820982911946154508,"total":"19.90","note":"Zoë ✓"}\r\n'.encode()
SECRET = "hush-8a1f0c2e4b6d"  # noqa: S105 - of this test
AT = str(int(NOW.timestamp()))
HOOKED = {"webhook-id": "msg_1", "webhook-timestamp": AT}


def hmac_of(content: bytes) -> bytes:
    """The HMAC-SHA256 of it, by the program."""
    program = which("openssl")
    assert program, "openssl is not installed (apt install openssl)"
    words = ("dgst", "-sha256", "-mac", "HMAC", "-macopt", f"key:{SECRET}", "-binary")
    done = subprocess.run(  # noqa: S603 - ours
        (program, *words), input=content, check=True, capture_output=True
    )
    return done.stdout


def headers_of(channel: str, body: bytes) -> dict[str, str]:
    """What a sender of the channel adds to a body."""
    match channel:
        case "shopify":
            return {"x-shopify-hmac-sha256": b64encode(hmac_of(body)).decode()}
        case "woocommerce":
            return {"x-wc-webhook-signature": b64encode(hmac_of(body)).decode()}
        case "bigcommerce":
            signature = b64encode(hmac_of(f"msg_1.{AT}.".encode() + body)).decode()
            return {**HOOKED, "webhook-signature": f"v1,{signature}"}
        case _:
            return {"x-signature": f"sha256={hmac_of(body).hex()}"}


@pytest.mark.parametrize(
    "channel", ["shopify", "woocommerce", "bigcommerce", "generic-json"]
)
def test_what_openssl_signs_is_verified(channel: str) -> None:
    """The very bytes; any other body or secret is refused."""
    verifier, headers = shipped(channel).verifier, headers_of(channel, BODY)
    assert verdict(verifier, headers, SECRET, body=BODY).good
    changed = verdict(verifier, headers, SECRET, body=BODY.strip())
    assert changed.reason is Reason.MISMATCH
    assert verdict(verifier, headers, "other", body=BODY).reason is Reason.MISMATCH
