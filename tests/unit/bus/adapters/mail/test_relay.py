"""Mail to a real relay on loopback: what arrives, and what is said when it does not."""

from dataclasses import replace

import pytest

from bus.adapters.mail.relay import SmtpRelay
from bus.errors import ConfigurationError
from bus.watch.letter import Letter
from bus.watch.sinks import NotTakenError
from tests.support.smtp import relaying

LETTER = Letter(
    to=("ada@acme.example", "bob@acme.example"),
    subject="Shop: acme-shop, breaker open – now",  # noqa: RUF001 - a dash
    body="It fails.\n.\nWhat follows a dot arrives.\n",
    date="Sat, 28 Nov 2026 12:00:00 +0000",
    id="a" * 32,
)
SENDER = "bus@bus.example"


async def test_each_gets_a_letter_of_its_own() -> None:
    """Nobody sees who else got it; sent again it has the same id."""
    async with relaying() as relay:
        mailer = SmtpRelay(relay.url, SENDER)
        assert await mailer.send(LETTER) == []
        await mailer.send(replace(LETTER, to=LETTER.to[:1]))
    assert [letter["To"] for letter in relay.letters] == [*LETTER.to, LETTER.to[0]]
    first, _, again = relay.letters
    assert first["Message-ID"] == again["Message-ID"] == f"<{'a' * 32}@bus.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    text = first.get_payload(decode=True)
    assert b"What follows a dot arrives." in bytes(text)  # type: ignore[arg-type]


async def test_no_word_becomes_a_header_or_a_command() -> None:
    """Lines of a subject or a body end neither where they stand, nor the letter."""
    odd = replace(
        LETTER,
        to=LETTER.to[:1],
        subject="Shop\r\nBcc: eve@globex.example\x85X: y\u2028Z: z",
        body="It fails.\r\n.\r\nRCPT TO:<eve@globex.example>\r\nBcc: eve\r\n",
    )
    async with relaying() as relay:
        assert await SmtpRelay(relay.url, SENDER).send(odd) == []
    (letter,) = relay.letters
    assert relay.named == [LETTER.to[:1]]
    assert not {"Bcc", "X", "Z"} & set(letter.keys())
    text = letter.get_payload(decode=True)
    assert b".\r\nRCPT TO:<eve@globex.example>" in bytes(text)  # type: ignore[arg-type]


async def test_who_cannot_be_reached_is_told() -> None:
    """The others get theirs; where nobody can just now it is tried again."""
    async with relaying() as relay:
        mailer = SmtpRelay(relay.url, SENDER)
        relay.refused = {"ada@acme.example": 550}
        assert await mailer.send(LETTER) == ["ada@acme.example"]
        relay.refused = dict.fromkeys(LETTER.to, 451)
        with pytest.raises(NotTakenError, match="later"):
            await mailer.send(LETTER)
    assert len(relay.letters) == 1


async def test_a_login_is_used_and_never_told() -> None:
    """Neither where it is refused, nor where nobody answers."""
    async with relaying() as relay:
        url = f"smtp://user:pass@127.0.0.1:{relay.port}"
        await SmtpRelay(url, SENDER).send(LETTER)
        assert len(relay.logins) == 1
        wrong = SmtpRelay(url.replace("pass", "hush"), SENDER)
        with pytest.raises(NotTakenError, match="refuses the login") as refused:
            await wrong.send(LETTER)
    with pytest.raises(NotTakenError, match="no connection") as away:
        await wrong.send(LETTER)
    assert "hush" not in f"{refused.value}{away.value}"


@pytest.mark.parametrize("url", ["http://h", "smtp://", "relay:25", "smtp:///x"])
def test_what_is_no_relay_is_refused(url: str) -> None:
    """By what was expected; the address may hold a secret."""
    with pytest.raises(ConfigurationError, match="expected smtp://HOST"):
        SmtpRelay(url, SENDER)
