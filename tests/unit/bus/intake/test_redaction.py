"""Cards' numbers and shared secrets go; everything else stays, byte for byte."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.intake.receiving.redaction import is_card, redacted

# Numbers that issuers publish for tests.
CARDS = [
    "4111111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "3056930009020004",
    "30569309025904",
    "3530111333300000",
    "6200000000000005",
]


@pytest.mark.parametrize("card", CARDS[:5] + CARDS[6:])
def test_cards_are_recognised(card: str) -> None:
    """By issuer, length and check digit; one digit off is none."""
    assert is_card(card.encode())
    last = str((int(card[-1]) + 1) % 10)
    assert not is_card(f"{card[:-1]}{last}".encode())


@pytest.mark.parametrize("card", CARDS[:5] + CARDS[6:])
@pytest.mark.parametrize(
    "text",
    [
        '{{"card_number": "{card}"}}',
        '{{"note": "paid with {card}, thanks"}}',
        "<Note>{card}</Note>",
        "NTE*GEN*{card}~",
        "plain {card} text",
    ],
)
def test_cards_go(card: str, text: str) -> None:
    """Their first six and last four digits stay."""
    body = text.format(card=card).encode()
    left, found = redacted(body)
    assert card.encode() not in left
    assert found == {"pan": 1}
    assert card[:6].encode() in left
    assert card[-4:].encode() in left
    assert len(left) == len(body)


@pytest.mark.parametrize(
    "card", ["4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005"]
)
def test_cards_in_groups_go(card: str) -> None:
    """As they are printed."""
    left, found = redacted(f'{{"note": "{card}"}}'.encode())
    assert card.encode() not in left
    assert found == {"pan": 1}


def test_a_number_of_json_stays_one() -> None:
    """With zeros in the place of stars."""
    left, found = redacted(b'{"pan": 4111111111111111, "n": [5555555555554444]}')
    assert found == {"pan": 2}
    assert json.loads(left) == {"pan": 4111110000001111, "n": [5555550000004444]}


@pytest.mark.parametrize(
    "text",
    [
        '{"id": 4111111111111111}',
        '{"order_id": "4111111111111111"}',
        '{"orderId": 4111111111111111}',
        '{"line": {"gtin14": "30569309025904"}}',
        '{"tracking_number": "4111111111111111"}',
        "<ID>4111111111111111</ID>",
        '<Item id="4111111111111111"/>',
        '{"gid": "gid://shop/Order/4111111111111111"}',
        '{"total": 0.4111111111111111}',
        '{"total": 4111111111111111.25}',
        '{"hash": "a4111111111111111"}',
        '{"at": "2026-11-02 09:30:00.4111111111111111"}',
        '{"uuid": "41111111-1111-1111-8111-111111111111"}',
        '{"phone": "+4111111111111111"}',
        '{"n": 820982911946154508}',
        '{"n": "41111111111111112"}',
    ],
)
def test_what_identifies_stays(text: str) -> None:
    """An order's id that was changed would be another order's."""
    assert redacted(text.encode()) == (text.encode(), {})


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_nothing_else_is_touched(body: bytes) -> None:
    """Whatever is not found is kept as it is, of any length."""
    left, found = redacted(body)
    if not found:
        assert left == body


@pytest.mark.parametrize(
    "text",
    [
        "<SharedSecret>hush</SharedSecret>",
        "<SharedSecret >hush</SharedSecret >",
        '<c:SharedSecret a="b">\nhush\n</c:SharedSecret>',
        "<SharedSecret><![CDATA[hush]]></SharedSecret>",
        "<SharedSecret>h&#117;sh hush</SharedSecret>",
        '{"SharedSecret": "hush"}',
        '{"SharedSecret" : "a\\"hush"}',
    ],
)
def test_shared_secrets_go(text: str) -> None:
    """However they are written."""
    left, found = redacted(f"<x>{text}</x>".encode(), "SharedSecret")
    assert b"hush" not in left
    assert found == {"shared-secret": 1}


def test_live_secrets_stand_nowhere() -> None:
    """Not in another place of the document either, escaped or not."""
    body = b"<x><SharedSecret>a&amp;b</SharedSecret><Note>a&amp;b and a&b</Note></x>"
    left, found = redacted(body, "SharedSecret", {"s1": "a&b"})
    assert b"a&" not in left
    assert found == {"shared-secret": 3}


def test_a_secret_that_signs_stands_nowhere_either() -> None:
    """Unless it is so short that it may be a word."""
    secrets = {"s1": "a-secret-of-the-shop", "s2": "mug"}
    left, found = redacted(b'{"note": "a-secret-of-the-shop, mug"}', "", secrets)
    assert left == b'{"note": "***, mug"}'
    assert found == {"shared-secret": 1}


def test_wide_texts_are_looked_through() -> None:
    """XML may be UTF-16, with its mark or without."""
    text = "<x><SharedSecret>hush</SharedSecret>4111111111111111</x>"
    for name in ("utf-16", "utf-16-le"):
        left, found = redacted(text.encode(name), "SharedSecret")
        assert "hush" not in left.decode(name)
        assert found == {"shared-secret": 1, "pan": 1}


def test_much_of_nothing_is_quick() -> None:
    """What is opened and never closed costs no more than its length."""
    body = b"<SharedSecret>" * 50_000 + b"4111 " * 50_000
    left, found = redacted(body, "SharedSecret")
    assert left == body
    assert found == {}
