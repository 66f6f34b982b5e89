"""Subscriptions: listed, made, shown, changed."""

from pathlib import Path

from bus.access.roles import Principal, Scope
from bus.delivery.endpoint import AWS
from bus.delivery.subscription import Subscription
from processors.gateway.endpoints import may_ask
from processors.gateway.paging import cut
from processors.gateway.problems import CONFLICT, INVALID, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_change import SubscriptionChange
from processors.gateway.subscription_models import (
    NewSubscription,
    SubscriptionQuery,
    SubscriptionRow,
    SubscriptionRows,
    SubscriptionShown,
    SubscriptionTaken,
    TrustQuery,
)
from processors.gateway.tenants import (
    owned,
    owner_wanted,
    refuse_id,
    refuse_kind,
    refuse_more,
    refuse_objective,
    subscription_of,
    trusting,
    with_objective,
)
from processors.subscriptions import onboarding
from processors.subscriptions.actions import ACTIONS, Action
from processors.subscriptions.document import Draft, draft
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.showing import listed, shown

TAG = "Subscriptions"
PATH = "/v1/subscriptions"
ONE = f"{PATH}/{{subscription}}"
_SCOPES = {
    Action.CHANGE: Scope.SUBSCRIPTIONS_WRITE,
    Action.ROTATE: Scope.SUBSCRIPTIONS_WRITE,
    Action.REMOVE: Scope.SUBSCRIPTIONS_WRITE,
    Action.PAUSE: Scope.SUBSCRIPTIONS_OPERATE,
    Action.RESUME: Scope.SUBSCRIPTIONS_OPERATE,
    Action.TEST: Scope.SUBSCRIPTIONS_OPERATE,
    Action.VERIFY: Scope.SUBSCRIPTIONS_OPERATE,
    Action.REPLAY: Scope.DELIVERIES_REPLAY,
}
_NOT_FIELDS = {"secret", "scheme"}


async def list_subscriptions(asked: Asked) -> Reply:
    """A page of those that are there for whoever asks."""
    query, world = asked.query_as(SubscriptionQuery), asked.api.world
    await world.table.ready()
    rows, after, before = cut(
        [one for one in owned(world, asked.by) if query.state in {None, one.state}],
        lambda one: one.id,
        limit=query.limit,
        cursor=query.cursor,
        about=f"subscriptions {query.state}",
    )
    data = [
        SubscriptionRow.model_validate(
            listed(one) | {"actions": actions(one, asked.by)}
        )
        for one in rows
    ]
    return Reply(content=SubscriptionRows(data=data, next=after, previous=before))


async def create_subscription(asked: Asked) -> Reply:
    """Topics, record, and a secret that is told once."""
    wanted = asked.body_as(NewSubscription)
    trust = trusting(asked, asked.query_as(TrustQuery).trust)
    refuse_id(asked.by, wanted.id)
    made = draft_of(wanted, asked.by)
    with_objective(asked.by, made.subscription, None)
    await refuse_more(asked, 1)
    may_ask(asked, wanted.url)
    taken = await onboarding.add(asked.api.world, made, wanted.scheme, trust=trust)
    reply = told(asked, taken)
    location = f"{PATH}/{taken.subscription.id}"
    return Reply(content=reply.content, etag=reply.etag, headers={"Location": location})


async def get_subscription(asked: Asked) -> Reply:
    """All that may be shown."""
    found = await subscription_of(asked)
    return Reply(content=shown_to(found, asked.by), etag=etag(asked, found.id))


async def change_subscription(asked: Asked) -> Reply:
    """Change the fields that are given."""
    found = await subscription_of(asked)
    trust = trusting(asked, asked.query_as(TrustQuery).trust)
    fields = asked.body_as(SubscriptionChange).model_dump(exclude_unset=True)
    if not fields and not trust:
        raise ProblemError(INVALID, "Nothing is to change.")
    if isinstance(url := fields.get("url"), str):
        login = fields.get("login", found.login)
        refuse_kind(asked.by, url, login=login is not None)
        may_ask(asked, url)
    elif "login" in fields and found.kind in AWS:
        refuse_kind(asked.by, found.url, login=fields["login"] is not None)
    refuse_objective(asked.by, fields)
    taken = await onboarding.update(
        asked.api.world, found.id, fields, if_version=asked.version, trust=trust
    )
    return told(asked, taken)


# --- what these and others have in common


def draft_of(wanted: NewSubscription, by: Principal) -> Draft:
    """A draft of what is wanted; a tenant's own belongs to it.

    Raises:
        InvalidSubscriptionError: with all problems.
    """
    fields = wanted.model_dump(exclude_unset=True, exclude=_NOT_FIELDS)
    fields["owner"] = owner_wanted(by, wanted.owner)
    refuse_kind(by, wanted.url, login=wanted.login is not None)
    return Draft(draft(fields, Path()).subscription, wanted.secret)


def told(asked: Asked, taken: Taken) -> Reply:
    """A subscription as it now stands, to whoever changed it."""
    content = SubscriptionTaken(
        subscription=shown_to(taken.subscription, asked.by),
        secret=taken.secret,
        warnings=list(taken.warnings),
    )
    return Reply(content=content, etag=etag(asked, taken.subscription.id))


def shown_to(subscription: Subscription, by: Principal) -> SubscriptionShown:
    """All that may be shown of a subscription, and what may be done to it."""
    fields = shown(subscription) | {"actions": actions(subscription, by)}
    return SubscriptionShown.model_validate(fields)


def actions(subscription: Subscription, by: Principal) -> list[str]:
    """What somebody may do to a subscription now."""
    possible = ACTIONS[subscription.state]
    return [one.value for one in Action if one in possible and by.may(_SCOPES[one])]


def etag(asked: Asked, subscription_id: str) -> str:
    """The version of a subscription as an ETag."""
    return f'"{asked.api.world.table.version(subscription_id)}"'


EXAMPLE = {
    "id": "my-shop",
    "url": "https://shop.example/hooks",
    "types": ["order.*"],
}

ROUTES = (
    Route(
        method="GET",
        path=PATH,
        operation="listSubscriptions",
        summary="List the subscriptions.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=list_subscriptions,
        query=SubscriptionQuery,
        answer=SubscriptionRows,
    ),
    Route(
        method="POST",
        path=PATH,
        operation="createSubscription",
        summary="Make a subscription.",
        description="Its topics are made, and a signing secret, which the answer "
        "tells this once. An id that is taken is 409. A tenant's begin with its name: "
        "`acme`, or `acme-…`.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_WRITE,
        handler=create_subscription,
        query=TrustQuery,
        body=NewSubscription,
        answer=SubscriptionTaken,
        status=201,
        problems=(CONFLICT,),
        etag=True,
        idempotent=True,
        example=EXAMPLE,
    ),
    Route(
        method="GET",
        path=ONE,
        operation="getSubscription",
        summary="Show a subscription.",
        description="Of its secrets only the fingerprints, of its headers the names.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=get_subscription,
        answer=SubscriptionShown,
        tenants=True,
        etag=True,
    ),
    Route(
        method="PATCH",
        path=ONE,
        operation="changeSubscription",
        summary="Change a subscription.",
        description="The fields that are given change, within a second and without a "
        "restart; all others stay.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_WRITE,
        handler=change_subscription,
        query=TrustQuery,
        body=SubscriptionChange,
        answer=SubscriptionTaken,
        tenants=True,
        etag=True,
        if_match="must",
        example={"rate": 50, "timeout": "3s"},
    ),
)
