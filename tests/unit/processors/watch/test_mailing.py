"""Who is written to of an endpoint's troubles, and of what."""

from collections.abc import Sequence

import pytest

from bus.adapters.memory import MemoryObserver
from bus.delivery.choices import Concern
from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import InvalidSubscriptionError
from bus.watch.alerts import Alert, Phase
from bus.watch.letter import Letter
from bus.watch.message import Links
from bus.watch.telling import Notice
from bus.watch.verdicts import Kind, Severity, Subject
from processors.watch.mailing import OwnersMail

AT = 1_795_860_000.0


def subscription(**fields: object) -> Subscription:
    """One that names a mailbox."""
    least = {"id": "acme-shop", "url": "https://acme.example/in", "types": ["*"]}
    return parse_subscription({**least, "mail_to": ["ada@acme.example"], **fields})


def notice(rule: str = "breaker_open", kind: Kind = Kind.SUBSCRIPTION) -> Notice:
    """That an alert fires."""
    alert = Alert(
        rule=rule,
        subject=Subject(kind, "acme-shop"),
        severity=Severity.TICKET,
        phase=Phase.FIRING,
        began=AT,
        seen=AT,
        fired=AT,
        evidence="503 from the endpoint",
    )
    return Notice("mail", alert)


class Sent:
    """Fulfils `processors.watch.mailing.Mailer`: remembers."""

    def __init__(self, gone: Sequence[str] = ()) -> None:
        self.letters: list[Letter] = []
        self._gone = gone

    async def send(self, letter: Letter) -> Sequence[str]:
        """Remember it."""
        self.letters.append(letter)
        return self._gone


async def told(one: Subscription | None, *notices: Notice) -> Sequence[Letter]:
    """The letters that come of notices."""
    sent = Sent()
    mail = OwnersMail(sent, lambda _: one, MemoryObserver(), Links(), "Shop")
    for each in notices:
        await mail.tell(each, AT + 60)
    return sent.letters


async def test_an_owner_is_written_to() -> None:
    """In its words: what, since when, why it gets this; nothing of the runbook."""
    (letter,) = await told(subscription(), notice())
    assert letter.to == ("ada@acme.example",)
    assert letter.subject == "Shop: acme-shop, breaker open"
    assert "503 from the endpoint" in letter.body
    assert "mail_to" in letter.body
    assert "runbook" not in letter.body  # a file of ours, which an owner does not have
    assert "runbook" not in letter.body


async def test_nobody_is_written_to_who_did_not_ask() -> None:
    """No mailbox, another concern, another subject, none such any more."""
    only = subscription(mail_about=["disabled"])
    assert not await told(subscription(mail_to=[]), notice())
    assert not await told(only, notice("dead_letters"))
    assert len(await told(only, notice("disabled"))) == 1
    assert not await told(subscription(), notice("lag", Kind.SOURCE))
    assert not await told(None, notice())


async def test_the_same_notice_is_the_same_letter() -> None:
    """Told again it has the same id; another one has another."""
    letters = await told(subscription(), notice(), notice(), notice("slow"))
    ids = [letter.id for letter in letters]
    assert ids[0] == ids[1] != ids[2]


async def test_who_cannot_be_reached_is_a_line_of_the_log() -> None:
    """With how many, not whom."""
    observer = MemoryObserver()
    sent = Sent(["ada@acme.example"])
    mail = OwnersMail(sent, lambda _: subscription(), observer, Links(), "Orderbus")
    await mail.tell(notice(), AT)
    assert "mail_refused" in str(observer.notes)
    assert "ada@" not in str(observer.notes)


@pytest.mark.parametrize(
    "address",
    ["ada", "Ada <a@b.c>", "a@b.c\nBcc: x@y.z", "a@b.c,x@y.z", "a@-b", "ä@b.c"],
)
def test_what_is_no_mailbox(address: str) -> None:
    """Is refused before it is stored."""
    with pytest.raises(InvalidSubscriptionError):
        subscription(mail_to=[address])
    assert subscription().mail_about == tuple(Concern)
