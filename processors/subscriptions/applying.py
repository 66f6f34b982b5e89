"""Making the subscriptions what a file says: first the plan, then its steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from bus.delivery.subscription import State, Subscription
from bus.errors import InvalidSubscriptionError
from processors.subscriptions import onboarding
from processors.subscriptions.document import Draft, read_drafts, twice
from processors.subscriptions.onboarding import Taken, has_secret
from processors.subscriptions.reading import Problem
from processors.subscriptions.removal import remove
from processors.subscriptions.showing import shown, shown_objective
from processors.subscriptions.world import World

GRACE_S = timedelta(hours=24).total_seconds()
_NOT_DECLARED = frozenset(
    {
        "id",
        "secrets",
        "state",
        "state_reason",
        "unproven",
        "allowed_rate",
        "past_tiers",
        "created_at",
        "updated_at",
    }
)


class Action(StrEnum):
    """What a step does to a subscription."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "unchanged"
    REMOVE = "remove"


FieldChange: TypeAlias = tuple[str, object, object]


@dataclass(frozen=True)
class Step:
    """One subscription's part of a plan; `changes` are field, old, new, as shown."""

    action: Action
    id: str
    changes: Sequence[FieldChange] = ()
    draft: Draft | None = field(default=None, repr=False)


async def plan(
    world: World, text: str, folder: Path, *, prune: bool = False
) -> Sequence[Step]:
    """Say what would make the subscriptions what the file says.

    Raises:
        InvalidSubscriptionError: with all problems of all subscriptions.
        ConfigurationError: this is no such file.
    """
    await world.table.ready()
    return plan_drafts(world, read_drafts(text, folder), prune=prune)


def plan_drafts(
    world: World,
    drafts: Sequence[Draft],
    *,
    prune: bool = False,
    mine: Callable[[Subscription], bool] = lambda _: True,
) -> Sequence[Step]:
    """Say what would make the subscriptions, those that are `mine`, what drafts say.

    Raises:
        InvalidSubscriptionError: with all problems of all subscriptions.
    """
    _refuse(world, drafts, mine)
    steps = [_step(world, draft) for draft in drafts]
    declared = {draft.subscription.id for draft in drafts}
    if prune:
        steps += [
            Step(Action.REMOVE, one.id)
            for one in world.table.all()
            if one.id not in declared and mine(one)
        ]
    return steps


async def apply(
    world: World,
    steps: Sequence[Step],
    done: Callable[[Step, Taken | None], None] = lambda _step, _taken: None,
    *,
    trust: bool = False,
) -> None:
    """Take the steps, in order; `done` hears of each that changed something.

    Raises:
        OrderbusError: the step that failed; those before it stand, and the same
            file can be applied again.
    """
    for step in steps:
        match step.action:
            case Action.CREATE:
                done(step, await onboarding.add(world, _draft(step), trust=trust))
            case Action.UPDATE:
                done(step, await _update(world, _draft(step), trust=trust))
            case Action.REMOVE:
                _ = await remove(world, step.id)
                done(step, None)
            case Action.KEEP:
                pass


def _draft(step: Step) -> Draft:
    if step.draft is None:
        raise ValueError(f"nothing is declared for {step.id}")
    return step.draft


async def _update(world: World, draft: Draft, *, trust: bool) -> Taken:
    subscription_id = draft.subscription.id
    taken = await onboarding.change(
        world, subscription_id, lambda old: _as_declared(old, draft), trust=trust
    )
    if draft.secret is None or has_secret(taken.subscription, draft.secret):
        return taken
    rotated = await onboarding.rotate(
        world, subscription_id, GRACE_S, text=draft.secret
    )
    return Taken(rotated.subscription, None, taken.warnings)


def _refuse(
    world: World, drafts: Sequence[Draft], mine: Callable[[Subscription], bool]
) -> None:
    ids = [draft.subscription.id for draft in drafts]
    problems: list[Problem] = [(f"{i}.id", "is there twice") for i in twice(ids)]
    for draft in drafts:
        secret = onboarding.make_secret(world, "v1", draft.secret)
        subscription = draft.subscription.model_copy(update={"secrets": (secret,)})
        old = world.table.get(subscription.id)
        if old is not None and not mine(old):
            problems.append((f"{old.id}.id", f"{old.id} exists already"))
            continue
        if old is not None and old.state is State.REMOVING:
            problems.append((f"{old.id}.state", "it is being removed"))
        if old is not None and old.ordering is not subscription.ordering:
            problems.append((f"{old.id}.ordering", onboarding.ORDERING_STAYS))
        try:
            world.checks.refuse(subscription)
        except InvalidSubscriptionError as error:
            problems += [(f"{subscription.id}.{f}", why) for f, why in error.problems]
    if problems:
        first, *more = problems
        raise InvalidSubscriptionError(*first, *more)


def _step(world: World, draft: Draft) -> Step:
    old = world.table.get(draft.subscription.id)
    if old is None:
        return Step(Action.CREATE, draft.subscription.id, draft=draft)
    changes = differences(old, _as_declared(old, draft))
    if draft.secret is not None and not has_secret(old, draft.secret):
        changes = [*changes, ("secrets", "", "one more, the others expire in 24h")]
    action = Action.UPDATE if changes else Action.KEEP
    return Step(action, old.id, changes, draft)


def _as_declared(old: Subscription, draft: Draft) -> Subscription:
    kept: dict[str, object] = {name: getattr(old, name) for name in _NOT_DECLARED}
    return draft.subscription.model_copy(update=kept)


def differences(old: Subscription, new: Subscription) -> Sequence[FieldChange]:
    """What differs, as it may be shown."""
    before, after = _flat(old), _flat(new)
    open_before, open_after = _flat_values(old), _flat_values(new)
    found: list[FieldChange] = []
    for name in sorted({*before, *after}):
        if open_before.get(name) == open_after.get(name):
            continue
        left, right = before.get(name), after.get(name)
        found.append((name, left, f"{right}, changed" if left == right else right))
    return found


def _flat(subscription: Subscription) -> dict[str, object]:
    """Fields as shown, those of headers and tls one by one."""
    return _flattened(shown(subscription))


def _flat_values(subscription: Subscription) -> dict[str, object]:
    """The same, with what is hidden: only ever compared."""
    fields = subscription.model_dump(mode="json", exclude=set(_NOT_DECLARED))
    fields["endpoint"] = fields.pop("url")
    fields["max_age"] = fields.pop("max_age_s")
    fields["timeout"] = fields.pop("timeout_s")
    fields["objective"] = shown_objective(subscription)
    fields["transient_statuses"] = sorted(subscription.transient_statuses)
    return _flattened(fields)


def _flattened(fields: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{key}": item for key, item in value.items()})
        elif name not in _NOT_DECLARED:
            flat[name] = value
    return flat
