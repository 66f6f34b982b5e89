"""Tokens, and what is stored of them."""

import re

import pytest

from bus.access.digests import NO_DIGEST, ServerKeys
from bus.access.roles import Role
from bus.access.tokens import TOKEN_PATTERN, new_id, new_token, parse_token
from bus.errors import NotAuthenticatedError

ID = new_id(bytes(range(10)))
TOKEN = new_token(Role.PARTNER, ID, bytes(range(32)))
OLD, NEW = b"o" * 32, b"n" * 32


def test_a_token_names_role_and_id_and_is_found_by_scanners() -> None:
    """All bits of the secret are in it, even where they are all zeros or ones."""
    assert TOKEN.text.startswith(f"ob_partner_{ID}_")
    assert parse_token(TOKEN.text) == TOKEN
    lowest = new_token(Role.READER, ID, b"\0" * 32)
    highest = new_token(Role.READER, ID, b"\xff" * 32)
    assert len({len(t.text) - len(t.role) for t in (TOKEN, lowest, highest)}) == 1
    text = f"curl -H 'Authorization: Bearer {TOKEN.text}'"
    assert re.findall(TOKEN_PATTERN, text) == [TOKEN.text]
    assert TOKEN.text not in repr(TOKEN)


def test_a_mistyped_token_is_told_by_itself() -> None:
    """Any one character that is another, and any two that changed places."""
    text = TOKEN.text
    for place in range(len("ob_partner_"), len(text)):
        other = "a" if text[place] != "a" else "b"
        with pytest.raises(NotAuthenticatedError) as caught:
            parse_token(text[:place] + other + text[place + 1 :])
        assert text[-20:] not in str(caught.value)
    swapped = text[:-8] + text[-7] + text[-8] + text[-6:]
    with pytest.raises(NotAuthenticatedError, match="mistyped"):
        parse_token(swapped)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ob_",
        "whsec_abc",
        TOKEN.text[:-1],
        TOKEN.text + "0",
        TOKEN.text + "\n",
        TOKEN.text.replace("partner", "admin"),
        TOKEN.text.replace(ID, ID.upper()),
        TOKEN.text[:-1] + "٣",
        "\ud800",
    ],
)
def test_what_is_no_token(text: str) -> None:
    """It is said what one looks like, and nothing repeated."""
    with pytest.raises(NotAuthenticatedError, match="no key of this bus") as caught:
        parse_token(text)
    assert len(text) < 4 or text not in str(caught.value)


def test_a_digest_fits_its_token_tenant_and_server_key_only() -> None:
    """The newest server key makes digests, the older ones still recognise."""
    old, both = ServerKeys.of([OLD]), ServerKeys.of([NEW, OLD])
    stored = old.digest(TOKEN, "acme")
    assert both.fits(TOKEN, "acme", stored)
    assert not both.fits(TOKEN, "", stored)
    assert not ServerKeys.of([NEW]).fits(TOKEN, "acme", stored)
    other = new_token(Role.PARTNER, ID, b"x" * 32)
    assert not old.fits(other, "acme", stored)
    promoted = new_token(Role.OPERATOR, ID, bytes(range(32)))
    assert not old.fits(promoted, "acme", stored)
    assert not both.fits(TOKEN, "", NO_DIGEST)
    assert both.digest(TOKEN, "acme").server_key == both.newest != old.newest
    assert "n" * 8 not in repr(both)


def test_server_keys_follow_from_encryption_keys() -> None:
    """The same ones in every process, and not the encryption keys themselves."""
    derived = ServerKeys.derived([NEW, OLD])
    assert list(derived.all) == list(ServerKeys.derived([NEW, OLD]).all)
    assert not {*derived.all.values()} & {NEW, OLD}
    stored = ServerKeys.derived([OLD]).digest(TOKEN, "")
    assert derived.fits(TOKEN, "", stored)
