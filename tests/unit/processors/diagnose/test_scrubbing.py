"""No secret is told, in whatever form it comes back."""

from base64 import b64encode

import pytest

from bus.delivery.hiding import secrets_in
from bus.delivery.subscription import Tls
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.scrubbing import Scrubber
from tests.support.partner import SECRET
from tests.unit.processors.diagnose.conftest import stored

KEY = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49AgEGCCqGSM49\n-----END-----"
LOGIN = b64encode(b"bus:correct horse").decode()
ONE = stored(
    "https://acme.example/in?token=hush%20hush&plain&x=1",
    headers={
        "Authorization": f"Basic {LOGIN}",
        "X-Key": "Bearer 0123456789abcdef",
        "X-Env": "p",
    },
    tls=Tls(client_certificate="public", client_key=KEY),
)
SCRUBBER = Scrubber(secrets_in(ONE))


@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        SECRET.removeprefix("whsec_"),
        f"Basic {LOGIN}",
        LOGIN,
        "bus:correct horse",
        "correct horse",
        "Bearer 0123456789abcdef",
        "0123456789abcdef",
        "token=hush%20hush&plain&x=1",
        "hush%20hush",
        "hush hush",
        "plain",
        "MIGHAgEAMBMGByqG",
    ],
)
def test_every_form_of_a_secret(secret: str) -> None:
    """As it was sent, decoded, in parts, cut at the end of an excerpt."""
    assert secret not in SCRUBBER.text(f"you sent {secret}!")
    assert SCRUBBER.text(f"you sent {secret}") == "you sent (hidden)"
    if len(secret) > 10 and "&" not in secret:  # of a query the value is longer
        assert SCRUBBER.text(f"you sent {secret[:-1]}") == "you sent (hidden)"


def test_what_is_no_secret_stays() -> None:
    """A value of one letter is no secret, but a part of words."""
    text = "proper path https://acme.example/in, Authorization, 0123"
    assert SCRUBBER.text(text) == text


def test_all_parts_of_a_finding() -> None:
    """Names and values of the evidence, nested ones too."""
    said = f"got {SECRET}"
    finding = Finding(
        code="x",
        severity=Severity.OK,
        says=said,
        do=said,
        at_s=0,
        evidence={said: [said, {said: said}], "count": 3},
    )
    clean = SCRUBBER.finding(finding)
    assert SECRET not in repr(clean)
    assert clean.evidence["count"] == 3
