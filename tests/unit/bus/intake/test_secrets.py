"""Secrets are made as a channel's verifier takes them, and others are refused."""

import pytest

from bus.intake.verifying.hashed import Hmac, key_of
from bus.intake.verifying.parts import Part
from bus.intake.verifying.plain import NotSigned, SharedSecret
from bus.intake.verifying.public_keys import Jws
from bus.intake.verifying.secrets import Kind, kind_of, made, why_not
from bus.intake.verifying.verdict import Secret

HASHED = (Kind.TEXT, Kind.HEX, Kind.BASE64, Kind.WHSEC)


@pytest.mark.parametrize("kind", HASHED)
def test_what_is_made_is_taken(kind: Kind) -> None:
    """A verifier of that kind finds a key in it."""
    text = made(kind, lambda size: bytes(range(size)))
    assert why_not(kind, text) is None
    assert key_of(Secret("s", text), kind.value)
    assert kind_of(Hmac("x", (Part("body"),), key=kind.value)) is kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.TEXT, "short"),
        (Kind.TEXT, " with spaces around "),
        (Kind.HEX, "not hexadecimal"),
        (Kind.BASE64, "no*base64*at*all"),
        (Kind.WHSEC, "whsec_no*base64"),
        (Kind.PUBLIC, "a-secret-of-theirs"),
        (Kind.NONE, "a-secret-of-theirs"),
    ],
)
def test_what_is_none_is_refused(kind: Kind, text: str) -> None:
    """With a reason that does not repeat it."""
    why = why_not(kind, text)
    assert why is not None
    assert text not in why


def test_kinds_of_verifiers() -> None:
    """Who checks with what."""
    assert kind_of(NotSigned()) is Kind.NONE
    assert kind_of(SharedSecret(header="x")) is Kind.TEXT
    assert kind_of(Jws("x")) is Kind.PUBLIC
