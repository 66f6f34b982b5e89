"""An endpoint made, asked and changed by its owner: the steps of the API, as forms.

A secret is shown on the page that the form itself is answered by: it is in no cookie
and no address, and gone with that page.
"""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model, NoQuery
from processors.gateway.routes import Asked
from processors.gateway.subscription_change import SubscriptionChange
from processors.gateway.subscription_models import (
    Duration,
    Expression,
    Line,
    NewSubscription,
    Rotation,
    SubscriptionTaken,
    TrustQuery,
)
from processors.gateway.subscription_steps import (
    Verification,
    VerificationResult,
    rotate_secret,
    verify_subscription,
)
from processors.gateway.subscriptions import change_subscription, create_subscription
from processors.gateway.url_field import Url
from processors.web.asking import Version, asking, checked, content_of
from processors.web.pages import Act, Again, Done
from processors.web.rendering import href
from processors.web.subscriptions.one import PATH, TEMPLATE, seen

_GOOD = 200
_Types = Annotated[str, Field(max_length=2_000)]


class NewForm(Model):
    """An endpoint to be made; its types have spaces or commas between."""

    id: Annotated[str, Field(min_length=1, max_length=63)]
    url: Url
    types: _Types
    description: Line = ""


class ChangeForm(Model):
    """What people change of one; an address that is not given stays."""

    url: Annotated[str, Field(max_length=2048)] = ""
    types: _Types
    filter: Expression = ""
    accept: Annotated[str, Field(max_length=200)] = ""
    rate: Annotated[str, Field(pattern=r"^([0-9]{1,7}(\.[0-9]{1,3})?)?$")] = ""
    concurrency: Annotated[str, Field(pattern="^[0-9]{1,5}$")]
    timeout: Duration
    description: Line = ""
    version: Version = ""


class RotateForm(Model):
    """How long the secret before signs as well, and that it is meant."""

    grace: Duration = "24h"
    sure: Literal["yes"]


async def create(asked: Asked) -> Again:
    """Make one; its endpoint may have to say first that it wants events."""
    form = asked.body_as(NewForm)
    fields = form.model_dump() | {"types": _words(form.types)}
    wanted = checked(NewSubscription, fields, "It is not made.")
    reply = await create_subscription(asking(asked, query=TrustQuery(), body=wanted))
    return await _told(asked, content_of(reply, SubscriptionTaken), "It is there.")


async def change(asked: Asked) -> Done:
    """Change its fields, within a second and without a restart."""
    form = asked.body_as(ChangeForm)
    fields = form.model_dump(exclude={"url", "accept", "version"}) | {
        "types": _words(form.types),
        "filter": form.filter or None,
        "rate": float(form.rate) if form.rate else None,
        "concurrency": int(form.concurrency),
        **{name: value for name in ("url", "accept") if (value := getattr(form, name))},
    }
    body = checked(SubscriptionChange, fields, "It is not changed.")
    to = asking(asked, query=TrustQuery(), body=body, version=form.version)
    reply = await change_subscription(to)
    said = ["Changed.", *content_of(reply, SubscriptionTaken).warnings]
    return Done(" ".join(said), href("subscriptions", asked.path["subscription"]))


async def verify(asked: Asked) -> Done:
    """Ask the endpoint whether it wants events."""
    reply = await verify_subscription(asking(asked, body=Verification()))
    told = content_of(reply, VerificationResult)
    text = "It wants events" if told.wanted else "It did not say that it wants events"
    to = href("subscriptions", asked.path["subscription"])
    return Done(f"{text}: {told.how}.", to, good=told.wanted)


async def rotate(asked: Asked) -> Again:
    """A new secret, told once."""
    grace = asked.body_as(RotateForm).grace
    reply = await rotate_secret(asking(asked, body=Rotation(grace=grace)))
    taken = content_of(reply, SubscriptionTaken)
    said = f"New signing secret; the old one signs as well for {grace}."
    return await _told(asked, taken, said)


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


async def _told(asked: Asked, taken: SubscriptionTaken, said: str) -> Again:
    name = taken.subscription.id
    there = replace(asked, path={**asked.path, "subscription": name})
    return Again(TEMPLATE, await seen(there, taken, said), _GOOD)


ACTS = (
    Act(
        path="/subscriptions",
        name="createSubscription",
        scope=Scope.SUBSCRIPTIONS_WRITE,
        do=create,
        form=NewForm,
        back="/subscriptions",
    ),
    Act(
        path=f"{PATH}/change",
        name="changeSubscription",
        scope=Scope.SUBSCRIPTIONS_WRITE,
        do=change,
        form=ChangeForm,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/verify",
        name="verifySubscription",
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        do=verify,
        form=NoQuery,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/rotate-secret",
        name="rotateSecret",
        scope=Scope.SUBSCRIPTIONS_WRITE,
        do=rotate,
        form=RotateForm,
        back=PATH,
        tenants=True,
    ),
)
