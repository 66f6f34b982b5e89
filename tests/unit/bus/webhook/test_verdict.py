"""A verdict agrees with `verify`, and says why a signature is none."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.webhook.signing import Signer, generate_secret, public_key, verify
from bus.webhook.verdict import GOOD, TOLERANCE_S, Signed, judge_signature

SECRET = generate_secret(bytes(range(32)))
OTHER = generate_secret(bytes(range(1, 33)))
PRIVATE = generate_secret(bytes(range(32)), "v1a")
NOW = 1_795_435_200
BODY = b'{"a": "\xff"}'


def signed(*secrets: tuple[str, str], at: int = NOW) -> Signed:
    """A request signed with these."""
    signer = Signer([(scheme, secret, None) for scheme, secret in secrets])
    return Signed("e-1", str(at), signer.sign("e-1", at, BODY), BODY)


def why(found: Signed, *secrets: str, now: float = NOW) -> str:
    """Why it is not verified."""
    verdict = judge_signature(found, secrets or [SECRET], now)
    assert not verdict.good
    return verdict.why


def test_good() -> None:
    """By the secret, or by one of several, on either side."""
    old_and_new = signed(("v1", OTHER), ("v1", SECRET))
    for found in (signed(("v1", SECRET)), old_and_new):
        assert judge_signature(found, [SECRET], NOW) == GOOD
    assert judge_signature(signed(("v1", SECRET)), [OTHER, SECRET], NOW) == GOOD
    with_key = signed(("v1a", PRIVATE))
    assert judge_signature(with_key, [public_key(PRIVATE)], NOW) == GOOD


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
def test_a_missing_header_is_named(name: str) -> None:
    """Which one is not there."""
    found = signed(("v1", SECRET))
    lacking = {
        "id": replace(found, id=""),
        "timestamp": replace(found, timestamp=""),
        "signature": replace(found, signature=""),
    }
    assert why(lacking[name]) == f"there is no webhook-{name} header"
    several = why(Signed("", "1", "", b""))
    assert several == "there is no webhook-id or webhook-signature header"
    assert "no webhook-id, webhook-timestamp or webhook-" in why(
        Signed("", "", "", b"")
    )


@pytest.mark.parametrize(
    "timestamp", ["x", "-1", "1.5", "²", "9" * 5000, " 1", f"0{NOW}"]
)
def test_no_timestamp(timestamp: str) -> None:
    """What is no number of seconds is not taken for one."""
    found = replace(signed(("v1", SECRET)), timestamp=timestamp)
    assert "no number of seconds" in why(found)


@pytest.mark.parametrize(
    ("age_s", "said"), [(301, "5 minutes ago"), (-3600, "60 minutes from now")]
)
def test_too_old_or_too_new(age_s: int, said: str) -> None:
    """A good signature of another time says how far off it is."""
    found = signed(("v1", SECRET), at=NOW - age_s)
    assert said in why(found)
    just = signed(("v1", SECRET), at=NOW - TOLERANCE_S)
    assert judge_signature(just, [SECRET], NOW).good


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ("v1,AAAA", "not whole: the header was cut"),
        ("v1,not base64", "not whole"),
        ("v1", "not whole"),
        ("v2,AAAA", "no v1 signature"),
        ("nonsense", "no v1 signature"),
        ("v1," + "A" * 43 + "=", "by another secret"),
        ("v1,A " * 200, "more than 20 signatures"),
    ],
)
def test_signatures_that_are_none(signature: str, said: str) -> None:
    """Cut, of another scheme, by another secret, or a flood of them."""
    assert said in why(replace(signed(("v1", SECRET)), signature=signature))


def test_a_secret_of_the_other_scheme() -> None:
    """Said so, in either direction."""
    assert "no v1a signature" in why(signed(("v1", SECRET)), public_key(PRIVATE))
    assert "no v1 signature" in why(signed(("v1a", PRIVATE)))


@pytest.mark.parametrize("change", ["id", "timestamp", "body"])
def test_what_was_changed_is_refused(change: str) -> None:
    """Any of the three that are signed."""
    found = signed(("v1", SECRET))
    changed = {
        "id": replace(found, id="e-2"),
        "timestamp": replace(found, timestamp=str(NOW + 1)),
        "body": replace(found, body=BODY + b" "),
    }
    assert "no signature fits" in why(changed[change])


@given(st.text(max_size=80), st.integers(-1000, 1000), st.binary(max_size=20))
def test_agrees_with_verify(header: str, age_s: int, body: bytes) -> None:
    """On anything, `good` is what `verify` says."""
    signer = Signer([("v1", SECRET, None)])
    for signature in (header, signer.sign("e", NOW, body)):
        found = Signed("e", str(NOW), signature, body)
        said = verify(signature, "e", NOW, body, [SECRET], NOW + age_s)
        assert judge_signature(found, [SECRET], NOW + age_s).good == said
