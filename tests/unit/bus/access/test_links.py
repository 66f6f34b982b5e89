"""Tokens of sign-in links: none of the API's, and told when cut off."""

import pytest

from bus.access.roles import Role
from bus.access.tokens import new_link, parse_link, parse_token
from bus.errors import NotAuthenticatedError

LINK = new_link(Role.PARTNER, "abcdefgh23", b"s" * 32)


def test_a_link_is_taken_apart() -> None:
    """Whose it is, and nothing of it in what is printed."""
    found = parse_link(LINK.text)
    assert (found.role, found.id, found.text) == (Role.PARTNER, "abcdefgh23", LINK.text)
    assert LINK.text not in repr(found)


def test_a_link_is_no_key() -> None:
    """Nor does a key make a link."""
    with pytest.raises(NotAuthenticatedError):
        parse_token(LINK.text)
    with pytest.raises(NotAuthenticatedError):
        parse_link(LINK.text.replace("obl_", "ob_"))


@pytest.mark.parametrize("text", ["", "obl_", LINK.text[:-1], f"{LINK.text}\n", "x"])
def test_what_was_cut_off_is_none(text: str) -> None:
    """And is not repeated."""
    with pytest.raises(NotAuthenticatedError, match="cut off") as caught:
        parse_link(text)
    assert not text or text not in str(caught.value).split()
