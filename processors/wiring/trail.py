"""Who acts here, and where that is written down."""

import os
import pwd
import socket

from bus.ports import Clock, Publisher
from processors.access.trail import BUS, OnMissed, TopicAudit, Trail


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


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
