"""Who acts here, and where that is written down."""

import os
import pwd
import socket

from bus.access.audit import Change
from bus.ports import Clock, Observer, Publisher
from processors.access.trail import BUS, OnMissed, TopicAudit, Trail
from processors.telemetry import names


def command_trail(
    publisher: Publisher, clock: Clock, topic: str, missed: OnMissed
) -> Trail:
    """The trail of whoever has typed a command: the account and the machine."""
    audit = TopicAudit(publisher, clock, topic)
    return Trail(audit, f"cli:{_account()}", socket.gethostname(), missed)


def own_trail(
    publisher: Publisher, clock: Clock, topic: str, missed: OnMissed
) -> Trail:
    """The trail of what a process does by itself."""
    audit = TopicAudit(publisher, clock, topic)
    return Trail(audit, BUS, socket.gethostname(), missed)


def missing_in(observer: Observer) -> OnMissed:
    """Tell a process's log of changes that could not be written down."""

    def missed(change: Change, why: str) -> None:
        observer.note(
            names.AUDIT_MISSED,
            actor=change.actor,
            action=change.action,
            entity=f"{change.entity} {change.entity_id}",
            why=why,
        )

    return missed


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
