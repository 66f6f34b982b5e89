"""Secrets of a file, or why they are none: never with what they say."""

import pytest

from bus.errors import ConfigurationError
from bus.webhook.signing import generate_secret, public_key
from processors.listening.secrets import parse_secrets
from tests.support.heard import SECRET

PRIVATE = generate_secret(bytes(range(32)), "v1a")


def test_several() -> None:
    """One a line or with blanks between, comments aside; public keys, too."""
    public = public_key(PRIVATE)
    text = f"# old and new\n{SECRET} {public}  # of acme\n\n"
    assert parse_secrets(text, "file") == (SECRET, public)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no secret in it"),
        ("# nothing", "there is no secret in it"),
        (PRIVATE, "expected a secret, whsec_…, or a public key, whpk_…"),
        ("s3cret", "expected a secret"),
        ("whsec_s3cret", "24 to 64 bytes"),
        ("whsec_!!!", "not base64"),
        ("whpk_AAAA", "32 bytes"),
        (" ".join([SECRET] * 11), "11 secrets; at most 10"),
        (f"{SECRET}\nwrong", "file, number 2: expected a secret"),
    ],
)
def test_what_is_none(text: str, why: str) -> None:
    """Said what was expected."""
    with pytest.raises(ConfigurationError) as refused:
        parse_secrets(text, "file")
    assert why in str(refused.value)
    assert str(refused.value).startswith("file")
    for word in text.split():
        assert len(word) < 8 or word not in str(refused.value)
