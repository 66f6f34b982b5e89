"""What can be done with a subscription: the steps of the API, as forms."""

from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model, NoQuery
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import (
    Line,
    Pause,
    Resume,
)
from processors.gateway.subscription_steps import (
    RemovalQuery,
    pause_subscription,
    remove_subscription,
    resume_subscription,
    test_subscription,
)
from processors.gateway.trial_models import TestEvent
from processors.gateway.trial_models import TestResult as Tested
from processors.web.asking import asking
from processors.web.pages import Act, Done
from processors.web.rendering import href
from processors.web.subscriptions.one import PATH


class PauseForm(Model):
    """Why deliveries are held."""

    reason: Line = ""


class TestForm(Model):
    """Which sample is sent; empty: one that it asks for."""

    type: Annotated[str, Field(max_length=200)] = ""


class RemoveForm(Model):
    """That it is meant, and whether its dead letters go as well."""

    sure: Literal["yes"]
    purge: Literal["", "yes"] = ""


async def pause(asked: Asked) -> Done:
    """Hold all deliveries."""
    reason = asked.body_as(PauseForm).reason
    await pause_subscription(asking(asked, body=Pause(reason=reason)))
    return _done(asked, "Paused: its deliveries wait until it is resumed.")


async def resume(asked: Asked) -> Done:
    """Deliver again."""
    await resume_subscription(asking(asked, body=Resume()))
    return _done(asked, "Resumed: what has waited is delivered now.")


async def test(asked: Asked) -> Done:
    """One signed sample, straight to the endpoint."""
    wanted = TestEvent(type=asked.body_as(TestForm).type or None)
    reply = await test_subscription(asking(asked, body=wanted))
    result = _tested(reply.content)
    said = f"{result.status or result.kind or 'no answer'}, {result.latency_ms:.0f} ms"
    more = f": {result.detail}" if result.detail else ""
    text = f"Test event {result.event_type} {result.outcome} ({said}){more}."
    return _done(asked, text, good=result.outcome == "accepted")


async def remove(asked: Asked) -> Done:
    """Begin to remove it."""
    purge = asked.body_as(RemoveForm).purge == "yes"
    await remove_subscription(asking(asked, query=RemovalQuery(purge=purge)))
    name = asked.path["subscription"]
    text = f"{name} is being removed: what waits becomes dead letters first."
    return Done(text, href("subscriptions"))


def _tested(content: object) -> Tested:
    if not isinstance(content, Tested):
        raise TypeError("a test is answered by its result")
    return content


def _done(asked: Asked, text: str, *, good: bool = True) -> Done:
    return Done(text, href("subscriptions", asked.path["subscription"]), good=good)


ACTS = (
    Act(
        path=f"{PATH}/pause",
        name="pauseSubscription",
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        do=pause,
        form=PauseForm,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/resume",
        name="resumeSubscription",
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        do=resume,
        form=NoQuery,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/test",
        name="testSubscription",
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        do=test,
        form=TestForm,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/remove",
        name="removeSubscription",
        scope=Scope.SUBSCRIPTIONS_WRITE,
        do=remove,
        form=RemoveForm,
        back=PATH,
        tenants=True,
    ),
)
