"""A notice to the owner of an endpoint, as a letter."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime

from bus.delivery.subscription import Subscription
from bus.times import moment_of
from bus.watch.concerning import rules_of
from bus.watch.message import Links, message_of
from bus.watch.telling import Notice
from bus.watch.verdicts import Kind


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, and to whom; the same notice has the same `id`."""

    to: Sequence[str]
    subject: str
    body: str
    date: str
    id: str


def letter_of(
    notice: Notice,
    subscription: Subscription | None,
    links: Links,
    name: str,
    at: float,
) -> Letter | None:
    """The letter to an endpoint's owner; None if nobody wants to be told so.

    `name` is what the owner knows the bus as.
    """
    alert = notice.alert
    if alert.subject.kind is not Kind.SUBSCRIPTION or subscription is None:
        return None
    if alert.rule not in rules_of(subscription.mail_about) or not subscription.mail_to:
        return None
    # Sections of our own files are nothing that an owner could open.
    theirs = links if "://" in links.runbook else replace(links, runbook="")
    said = message_of(notice, theirs, at)
    word = "over" if notice.is_over else alert.rule.replace("_", " ")
    return Letter(
        to=subscription.mail_to,
        subject=f"{name}: {subscription.id}, {word}",
        body=f"{said.body}\n\nYou get this because {subscription.id} names you"
        " (mail_to). Change it where you manage that endpoint.\n",
        date=format_datetime(moment_of(at * 1000)),
        id=hashlib.sha256(notice.id.encode()).hexdigest()[:32],
    )
