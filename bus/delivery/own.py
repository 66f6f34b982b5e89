"""Events in which the bus speaks of itself (`ops.*`), and who may hear them.

Who wants all events of orders does not mean these: a subscription hears them only if
one of its types begins with `ops.`. The operators' subscriptions, which have no owner,
hear all of them; a tenant's only those that are for its account.
"""

from collections.abc import Iterable

from bus.event import Event

FAMILY = "ops"
_PREFIX = f"{FAMILY}."
_INNER = (_PREFIX, "intake.")


def is_own(event_type: str) -> bool:
    """Whether events of this type are the bus's own word."""
    return event_type.startswith(_PREFIX)


def is_inner(event_type: str) -> bool:
    """Whether who wants everything does not mean events of this type.

    What channels said (`intake.*`) nobody has judged yet: it is for the OMS, and for
    subscriptions of the operators that name it.
    """
    return event_type.startswith(_INNER)


def is_own_topic(topic: str) -> bool:
    """Whether a source topic is the one that such events are in."""
    return topic.rpartition(".")[2] == FAMILY


def names_own(types: Iterable[str]) -> bool:
    """Whether somebody who wants these types hears what the bus says of itself."""
    return any(is_own(pattern) for pattern in types)


def account_of(event: Event) -> str:
    """The tenant that an event of the bus is for; empty: for the operators alone.

    The account of an event of intake is a customer's, never a tenant.
    """
    account = event.data.get("account_id") if is_own(event.type) else None
    return account if isinstance(account, str) else ""


def may_hear(owner: str, account: str) -> bool:
    """Whether a subscription with this owner may hear what is for an account."""
    return not owner or owner == account
