"""All subscriptions at once: made what a document says, sealed anew."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.errors import InvalidSubscriptionError
from processors.gateway.endpoints import may_ask
from processors.gateway.failures import subscription_pointer
from processors.gateway.job_routes import JobShown, start
from processors.gateway.jobs import Progress
from processors.gateway.model import Flag, Model
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    UNAVAILABLE,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import NewSubscription, Trust
from processors.gateway.subscriptions import EXAMPLE, PATH, TAG, draft_of
from processors.gateway.tenants import (
    refuse_id,
    refuse_more,
    trusting,
    with_objective,
)
from processors.subscriptions.applying import Action, Step, apply, plan_drafts
from processors.subscriptions.document import Draft
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.resealing import reseal


class ApplyQuery(Model):
    """How it is applied."""

    dry_run: Annotated[Flag, Field(description="Only say what would change.")] = False
    prune: Annotated[
        Flag, Field(description="Remove those that the document does not have.")
    ] = False
    trust: Trust = False


class Document(Model):
    """All subscriptions as they are to be."""

    subscriptions: Annotated[list[NewSubscription], Field(max_length=1_000)]


class FieldChange(Model):
    """One field, as it is and as it is to be; what is secret is hidden."""

    field: str
    old: object
    new: object


class StepShown(Model):
    """What is done to one subscription."""

    action: Literal["create", "update", "unchanged", "remove"]
    id: str
    changes: Sequence[FieldChange] = ()


class StepDone(Model):
    """A step that was taken."""

    action: Literal["create", "update", "remove"]
    id: str
    secret: Annotated[
        str | None, Field(description="A new signing secret, told this once.")
    ] = None
    warnings: Sequence[str] = ()


class Applied(Model):
    """The difference, and what was done about it."""

    plan: Sequence[StepShown]
    done: Sequence[StepDone]


async def apply_subscriptions(asked: Asked) -> Reply:
    """Plan, and unless it is dry, take the steps."""
    query, wanted = asked.query_as(ApplyQuery), asked.body_as(Document)
    world, trust = asked.api.world, trusting(asked, query.trust)
    await world.table.ready()
    steps = _planned(asked, wanted)
    await refuse_more(asked, sum(step.action is Action.CREATE for step in steps))
    done: list[StepDone] = []

    def hear(step: Step, taken: Taken | None) -> None:
        row = StepDone(action=step.action.value, id=step.id)  # type: ignore[arg-type]  # what is unchanged is not done
        if taken is not None:
            told = {"secret": taken.secret, "warnings": list(taken.warnings)}
            row = row.model_copy(update=told)
        done.append(row)

    if not query.dry_run:
        for url in _asked_urls(steps):
            may_ask(asked, url)
        await apply(world, steps, hear, trust=trust)
    plan = [
        StepShown(
            action=step.action.value,
            id=step.id,
            changes=[
                FieldChange(field=field, old=old, new=new)
                for field, old, new in step.changes
            ],
        )
        for step in steps
    ]
    return Reply(content=Applied(plan=plan, done=done))


def _asked_urls(steps: Sequence[Step]) -> Iterator[str]:
    """The endpoints that applying asks: new ones, and new URLs."""
    for step in steps:
        anew = step.action is Action.CREATE
        moved = any(field == "endpoint" for field, _, _ in step.changes)
        if step.draft is not None and (anew or moved):
            yield step.draft.subscription.url


def _planned(asked: Asked, wanted: Document) -> Sequence[Step]:
    """The steps, or all that is wrong, each with its place in the body."""
    by, query = asked.by, asked.query_as(ApplyQuery)
    drafts: list[Draft] = []
    faults: list[Fault] = []
    places: dict[str, int] = {}
    for place, one in enumerate(wanted.subscriptions):
        places[one.id] = place
        try:
            _refuse_new_id(asked, one.id)
            drafts.append(_standing(asked, draft_of(one, by)))
        except InvalidSubscriptionError as error:
            faults += [_fault(place, field, why) for field, why in error.problems]
    try:
        steps = plan_drafts(
            asked.api.world,
            drafts,
            prune=query.prune,
            mine=lambda one: by.sees(one.owner),
        )
    except InvalidSubscriptionError as error:
        for named, why in error.problems:
            name, _, field = named.partition(".")
            faults.append(_fault(places[name], field, why))
    else:
        if not faults:
            return steps
    raise ProblemError(INVALID, "The document is refused.", errors=faults)


def _standing(asked: Asked, draft: Draft) -> Draft:
    """A tenant's draft with the objective that operators have set."""
    old = asked.api.world.table.get(draft.subscription.id)
    wanted = with_objective(asked.by, draft.subscription, old)
    return replace(draft, subscription=wanted)


async def reseal_subscriptions(asked: Asked) -> Reply:
    """Begin to seal all secrets with the newest key that this gateway has."""
    world, by = asked.api.world, asked.by
    await world.table.ready()

    async def work(progress: Progress) -> dict[str, object]:
        done = await reseal(world, lambda one: by.sees(one.owner), progress)
        dark = [] if by.tenant else list(done.unreadable)
        return {"resealed": list(done.ids), "unreadable": dark}

    return start(asked, "reseal_subscriptions", by.tenant, work)


def _refuse_new_id(asked: Asked, wanted: str) -> None:
    """What is there for a tenant may have any id: an operator may have chosen it."""
    old = asked.api.world.table.get(wanted)
    if old is None or not asked.by.sees(old.owner):
        refuse_id(asked.by, wanted)


def _fault(place: int, field: str, why: str) -> Fault:
    inner = subscription_pointer(field)
    return Fault(pointer=f"#/subscriptions/{place}{inner}", detail=why)


ROUTES = (
    Route(
        method="POST",
        path=f"{PATH}:apply",
        operation="applySubscriptions",
        summary="Make the subscriptions what a document says.",
        description="First the difference (`dry_run` stops there), then its steps. "
        "Nothing is removed without `prune`. Secrets and states are not declared. A "
        "step that fails ends it; the same document can be applied again.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_WRITE,
        handler=apply_subscriptions,
        query=ApplyQuery,
        body=Document,
        answer=Applied,
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
        large=True,
        example={"subscriptions": [EXAMPLE]},
    ),
    Route(
        method="POST",
        path=f"{PATH}:reseal",
        operation="resealSubscriptions",
        summary="Seal all stored secrets with the newest encryption key.",
        description="The first of the gateway's ORDERBUS_ENCRYPTION_KEY. Signing "
        "secrets do not change. The result has the ids that were `resealed`, and those "
        "that are `unreadable` with any of its keys.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_WRITE,
        handler=reseal_subscriptions,
        answer=JobShown,
        status=202,
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
    ),
)
