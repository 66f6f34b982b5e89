"""Whose things are whose: a foreign id is looked up like one that there is not."""

from collections.abc import Container, Sequence

from bus.access.roles import Principal, Scope
from bus.delivery.endpoint import AWS, SCHEMES, Kind
from bus.delivery.objective import OwnObjective
from bus.delivery.subscription import Subscription
from bus.errors import InvalidKeyError, InvalidSubscriptionError
from processors.gateway.problems import (
    CHANGED,
    CONFLICT,
    NOT_ALLOWED,
    NOT_FOUND,
    ProblemError,
)
from processors.gateway.routes import Asked
from processors.subscriptions.world import World


def owned(world: World, by: Principal) -> Sequence[Subscription]:
    """All subscriptions that are there for somebody, by id."""
    return [one for one in world.table.all() if by.sees(one.owner)]


async def refuse_more(asked: Asked, more: int) -> None:
    """Raise if a tenant would have more subscriptions than one may have.

    Each has topics of its own, and its filter is asked of every event.

    Raises:
        ProblemError: saying how many one may have.
    """
    world, most = asked.api.world, asked.api.most_of_tenant
    await world.table.ready()
    if asked.by.tenant and most and len(owned(world, asked.by)) + more > most:
        raise ProblemError(
            CONFLICT, f"A tenant may have {most} subscriptions; remove some first."
        )


async def subscription_of(asked: Asked) -> Subscription:
    """The subscription that the path names.

    Raises:
        ProblemError: there is none, for whoever asks; its record cannot be read; or it
            is not the version that If-Match names.
    """
    world, name = asked.api.world, asked.path["subscription"]
    await world.table.ready()
    found = world.table.get(name)
    if found is not None and asked.by.sees(found.owner):
        if asked.version not in {None, world.table.version(name)}:
            raise ProblemError(CHANGED)
        return found
    if found is None and not asked.by.tenant and name in world.table.unreadable:
        raise ProblemError(CONFLICT, "Its stored record cannot be read.")
    raise ProblemError(NOT_FOUND)


def owner_wanted(by: Principal, wanted: str) -> str:
    """Whose a new subscription is to be: a tenant cannot make one that is another's.

    Raises:
        InvalidSubscriptionError: the same whether or not there is such a tenant.
    """
    if _is_foreign(by, wanted):
        raise InvalidSubscriptionError("owner", _own_only(by))
    return by.tenant or wanted


def tenant_wanted(by: Principal, wanted: str) -> str:
    """Whose a new key is to be; as `owner_wanted`.

    Raises:
        InvalidKeyError: the same whether or not there is such a tenant.
    """
    if _is_foreign(by, wanted):
        raise InvalidKeyError("tenant", _own_only(by))
    return by.tenant or wanted


def _is_foreign(by: Principal, wanted: str) -> bool:
    return bool(by.tenant) and wanted not in {"", by.tenant}


def _own_only(by: Principal) -> str:
    return f"expected {by.tenant}, or nothing: what this key makes is its tenant's"


def refuse_id(by: Principal, wanted: str) -> None:
    """Raise unless somebody may make a subscription of this id, whoever has one.

    A tenant's own begin with its name, so that it hears nothing of the ids of others.

    Raises:
        InvalidSubscriptionError: the same for an id that is taken and one that is not.
    """
    own = by.tenant
    if own and wanted != own and not wanted.startswith(f"{own}-"):
        raise InvalidSubscriptionError(
            "id", f"expected {own}, or {own}-…, for this key"
        )


def refuse_kind(by: Principal, url: str, *, login: bool) -> None:
    """Raise if a tenant wants an endpoint that only operators may set up.

    A Kafka client connects to whatever brokers it is told of, where no guard looks.
    At AWS, without an access key of the tenant's, the bus would sign in as itself.

    Raises:
        InvalidSubscriptionError: it does.
    """
    scheme = SCHEMES.get(url.partition(":")[0].lower())
    if not by.tenant or scheme is None:
        return
    if scheme.kind is Kind.KAFKA:
        raise InvalidSubscriptionError("url", f"a Kafka topic {_NOT_YOURS}")
    if scheme.kind is Kind.PLUGGED:  # who wrote it need not have asked the guard
        raise InvalidSubscriptionError("url", f"a plugged-in endpoint {_NOT_YOURS}")
    if scheme.kind in AWS and not login:
        text = f"{scheme.kind} without an access key {_NOT_YOURS}"
        raise InvalidSubscriptionError("login", text)


def with_objective(
    by: Principal, wanted: Subscription, old: Subscription | None
) -> Subscription:
    """What somebody wants, with the objective that stands where a tenant wants it.

    Raises:
        InvalidSubscriptionError: a tenant wants another objective.
    """
    if not by.tenant:
        return wanted
    stands = OwnObjective() if old is None else old.objective
    if wanted.objective not in {OwnObjective(), stands}:
        raise InvalidSubscriptionError("objective", _NOT_YOURS)
    return wanted.model_copy(update={"objective": stands})


def refuse_objective(by: Principal, fields: Container[str]) -> None:
    """Raise if a tenant would change an objective.

    Raises:
        InvalidSubscriptionError: it would.
    """
    if by.tenant and "objective" in fields:
        raise InvalidSubscriptionError("objective", _NOT_YOURS)


_NOT_YOURS = "is set by the operators of the bus; ask them"


def trusting(asked: Asked, wanted: bool) -> bool:  # noqa: FBT001 - what was asked for
    """Whether an endpoint is to be taken on without its word.

    Raises:
        ProblemError: whoever asks may not say so.
    """
    if wanted and not asked.by.may(Scope.SUBSCRIPTIONS_TRUST):
        raise ProblemError(NOT_ALLOWED, "This key may trust no endpoint.")
    return wanted


async def letters_owner(asked: Asked) -> str:
    """The subscription whose dead letters are meant; of a removed one they may stay.

    Raises:
        ProblemError: there is none, for whoever asks.
    """
    world, name = asked.api.world, asked.path["subscription"]
    await world.table.ready()
    gone = world.table.get(name) is None
    if not gone or asked.by.tenant:
        return (await subscription_of(asked)).id
    if world.topology.dlq_topic(name) not in await world.topics.names():
        raise ProblemError(NOT_FOUND)
    return name
