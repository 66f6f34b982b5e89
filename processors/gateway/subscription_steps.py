"""Single steps on a subscription: pause, resume, rotate its secret, test, remove."""

from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from processors.gateway.endpoints import may_ask
from processors.gateway.job_routes import JobShown, start
from processors.gateway.jobs import Progress
from processors.gateway.model import Flag, Model
from processors.gateway.problems import CONFLICT, UNAVAILABLE
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import (
    Pause,
    Resume,
    Rotation,
    SubscriptionShown,
    SubscriptionTaken,
)
from processors.gateway.subscriptions import ONE, TAG, shown_to, told
from processors.gateway.tenants import subscription_of, trusting
from processors.gateway.trial_models import TestEvent, TestResult
from processors.subscriptions import onboarding
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.proof import Proof
from processors.subscriptions.removal import remove
from processors.subscriptions.trial import send_sample
from processors.subscriptions.trying import trial_shown


class RemovalQuery(Model):
    """What goes with it."""

    purge: Flag = False


class Verification(Model):
    """Whether it need not say so."""

    trust: Annotated[
        bool,
        Field(description="Take it on without its word; needs subscriptions:trust."),
    ] = False


class VerificationResult(Model):
    """What an endpoint said to being asked whether it wants events."""

    wanted: bool
    how: Annotated[str, Field(description="How it said so, or what it said instead.")]
    subscription: SubscriptionShown


async def pause_subscription(asked: Asked) -> Reply:
    """Hold all deliveries."""
    found = await subscription_of(asked)
    reason = asked.body_as(Pause).reason
    writer = asked.api.world.writer
    paused = await writer.pause(found.id, reason, if_version=asked.version)
    return told(asked, Taken(paused))


async def resume_subscription(asked: Asked) -> Reply:
    """Deliver again."""
    found = await subscription_of(asked)
    writer = asked.api.world.writer
    return told(asked, Taken(await writer.resume(found.id, if_version=asked.version)))


async def rotate_secret(asked: Asked) -> Reply:
    """A new secret, told once."""
    found, wanted = await subscription_of(asked), asked.body_as(Rotation)
    taken = await onboarding.rotate(
        asked.api.world,
        found.id,
        parse_duration(wanted.grace),
        scheme=wanted.scheme,
        text=wanted.secret,
        if_version=asked.version,
    )
    return told(asked, taken)


async def test_subscription(asked: Asked) -> Reply:
    """One signed sample, straight to the endpoint."""
    found = await subscription_of(asked)
    wanted = asked.body_as(TestEvent).type
    may_ask(asked, found.url)
    trial = await send_sample(asked.api.world, found.id, wanted)
    return Reply(content=TestResult.model_validate(trial_shown(trial)))


async def verify_subscription(asked: Asked) -> Reply:
    """Ask its endpoint whether it wants events."""
    found = await subscription_of(asked)
    trust = trusting(asked, asked.body_as(Verification).trust)
    may_ask(asked, found.url)
    stands, proof = await onboarding.verify(
        asked.api.world, found.id, trust=trust, if_version=asked.version
    )
    wanted = isinstance(proof, Proof)
    content = VerificationResult(
        wanted=wanted,
        how=proof.how.value if isinstance(proof, Proof) else proof.why,
        subscription=shown_to(stands, asked.by),
    )
    return Reply(content=content)


async def remove_subscription(asked: Asked) -> Reply:
    """Begin to remove it; what is pending becomes dead letters first."""
    found = await subscription_of(asked)
    purge = asked.query_as(RemovalQuery).purge

    async def work(progress: Progress) -> dict[str, object]:
        removed = await remove(
            asked.api.world,
            found.id,
            purge=purge,
            if_version=asked.version,
            progress=progress,
        )
        return {
            "pending": removed.pending,
            "moved": removed.moved,
            "deleted_topics": list(removed.deleted_topics),
            "dead_letters_kept": removed.dlq_kept,
        }

    return start(asked, "remove_subscription", found.id, work)


ROUTES = (
    Route(
        method="POST",
        path=f"{ONE}/pause",
        operation="pauseSubscription",
        summary="Hold all deliveries.",
        description="They wait in the retry topics until it is resumed; what waits "
        "longer than its max_age is dead-lettered.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        handler=pause_subscription,
        body=Pause,
        answer=SubscriptionTaken,
        problems=(CONFLICT,),
        tenants=True,
        etag=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={"reason": "their release weekend"},
    ),
    Route(
        method="POST",
        path=f"{ONE}/resume",
        operation="resumeSubscription",
        summary="Deliver again.",
        description="After a pause, or after the endpoint has disabled it (410).",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        handler=resume_subscription,
        body=Resume,
        answer=SubscriptionTaken,
        problems=(CONFLICT,),
        tenants=True,
        etag=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={},
    ),
    Route(
        method="POST",
        path=f"{ONE}/rotate-secret",
        operation="rotateSecret",
        summary="Give it a new signing secret.",
        description="The answer tells it this once. The old ones sign as well until "
        "the grace ends; `0s` where one has leaked.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_WRITE,
        handler=rotate_secret,
        body=Rotation,
        answer=SubscriptionTaken,
        problems=(CONFLICT,),
        tenants=True,
        etag=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={"grace": "48h"},
    ),
    Route(
        method="POST",
        path=f"{ONE}/test",
        operation="testSubscription",
        summary="Post one signed sample event to its endpoint.",
        description="Marked by `x-orderbus-test: true`, and `bus.test` in the body. "
        "Nothing is retried; whatever comes of it is 200 here.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        handler=test_subscription,
        body=TestEvent,
        answer=TestResult,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        idempotent=True,
        optional_body=True,
        example={"type": "order.created"},
    ),
    Route(
        method="POST",
        path=f"{ONE}/verify",
        operation="verifySubscription",
        summary="Ask its endpoint whether it wants events.",
        description="By the CloudEvents handshake (`OPTIONS`), else by a signed "
        "challenge that is to be answered with the challenge alone. Events wait until "
        "it has said so once; whatever it says is 200 here.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        handler=verify_subscription,
        body=Verification,
        answer=VerificationResult,
        problems=(CONFLICT,),
        tenants=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={},
    ),
    Route(
        method="DELETE",
        path=ONE,
        operation="removeSubscription",
        summary="Remove a subscription.",
        description="A job: what is pending becomes dead letters first, then its "
        "topics go. The dead-letter topic stays unless it is empty or `purge` is "
        "asked for. Interrupted, it goes on when it is asked for again.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_WRITE,
        handler=remove_subscription,
        query=RemovalQuery,
        answer=JobShown,
        status=202,
        problems=(CONFLICT,),
        tenants=True,
        if_match="may",
    ),
)
