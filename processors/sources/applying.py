"""Making the sources what a file says: first the plan, then its steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bus.errors import InvalidSourceError
from bus.intake.sources import Source
from processors.sources import steps as single
from processors.sources.checks import refuse
from processors.sources.document import KEPT, Draft
from processors.sources.showing import shown
from processors.sources.steps import Taken, make_topics, with_keys
from processors.sources.world import SourcesWorld, find

GRACE_S = 86_400.0
_NOT_DECLARED = frozenset({"id", *KEPT})
FieldChange: TypeAlias = tuple[str, object, object]


class Action(StrEnum):
    """What a step does to a source."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "unchanged"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One source's part of a plan; `changes` are field, old, new, as shown."""

    action: Action
    id: str
    changes: Sequence[FieldChange] = ()
    draft: Draft | None = field(default=None, repr=False)


def plan(
    world: SourcesWorld,
    drafts: Sequence[Draft],
    *,
    prune: bool = False,
    mine: Callable[[Source], bool] = lambda _: True,
) -> Sequence[Step]:
    """Say what would make the sources, those that are `mine`, what drafts say.

    Raises:
        InvalidSourceError: with all problems of all sources.
    """
    problems: list[tuple[str, str]] = []
    for one in drafts:
        old = world.table.get(one.source.id)
        if old is not None and not mine(old):
            problems.append((f"{old.id}.id", f"{old.id} exists already"))
            continue
        try:
            refuse(world.channels, one)
        except InvalidSourceError as error:
            problems += [(f"{one.source.id}.{f}", why) for f, why in error.problems]
    if problems:
        first, *more = problems
        raise InvalidSourceError(*first, *more)
    steps = [_step(world, one) for one in drafts]
    declared = {one.source.id for one in drafts}
    if prune:
        steps += [
            Step(Action.REMOVE, one.id)
            for one in world.table.all()
            if one.id not in declared and mine(one)
        ]
    return steps


async def apply(
    world: SourcesWorld,
    steps: Sequence[Step],
    done: Callable[[Step, Taken | None], None] = lambda _step, _taken: None,
) -> None:
    """Take the steps, in order; `done` hears of each that changed something.

    Raises:
        OrderbusError: the step that failed; those before it stand, and the same file
            can be applied again.
    """
    for step in steps:
        match step.action, step.draft:
            case Action.CREATE, Draft() as draft:
                done(step, await single.add(world, draft))
            case Action.UPDATE, Draft() as draft:
                done(step, await _update(world, draft))
            case Action.REMOVE, _:
                await single.remove(world, step.id)
                done(step, None)
            case _:
                pass


async def _update(world: SourcesWorld, draft: Draft) -> Taken:
    name = draft.source.id
    old = find(world, name)
    fields = {} if draft.path_secret is None else {"path_secret": draft.path_secret}
    # The address first: it may be told but once.
    taken = await single.update(world, name, fields) if fields else Taken(old)
    await make_topics(world, draft.source)
    written = await world.writer.update(
        name, lambda stands: _as_declared(world, stands, draft)
    )
    taken = Taken(written, None, taken.path_secret, taken.warnings)
    if draft.secret is None or _has(written, draft.secret):
        return taken
    rotated = await single.rotate(world, name, GRACE_S, text=draft.secret)
    return Taken(rotated.source, None, taken.path_secret, taken.warnings)


def _step(world: SourcesWorld, draft: Draft) -> Step:
    old = world.table.get(draft.source.id)
    if old is None:
        return Step(Action.CREATE, draft.source.id, draft=draft)
    changes = differences(old, _as_declared(world, old, draft))
    if draft.secret is not None and not _has(old, draft.secret):
        changes = [*changes, ("secrets", "", "one more, the others expire in 24h")]
    if draft.path_secret not in {None, bool(old.path_secret)}:
        changes = [*changes, ("path_secret", bool(old.path_secret), draft.path_secret)]
    keys = {one.pem for one in old.public_keys}
    if not keys.issuperset(draft.public_keys):
        changes = [*changes, ("public_keys", len(keys), "one more")]
    return Step(Action.UPDATE if changes else Action.KEEP, old.id, changes, draft)


def _has(source: Source, text: str) -> bool:
    return any(one.value == text and one.until is None for one in source.secrets)


def _as_declared(world: SourcesWorld, old: Source, draft: Draft) -> Source:
    kept: dict[str, object] = {name: getattr(old, name) for name in _NOT_DECLARED}
    return with_keys(world, draft.source.model_copy(update=kept), draft.public_keys)


def differences(old: Source, new: Source) -> Sequence[FieldChange]:
    """What differs, as it may be shown."""
    before, after = _flat(shown(old)), _flat(shown(new))
    open_before, open_after = _open(old), _open(new)
    found: list[FieldChange] = []
    for name in sorted({*open_before, *open_after}):
        if open_before.get(name) == open_after.get(name):
            continue
        left, right = before.get(name), after.get(name)
        found.append((name, left, f"{right}, changed" if left == right else right))
    return found


def _open(source: Source) -> dict[str, object]:
    """The same fields, with what is hidden: only ever compared."""
    return _flat(source.model_dump(mode="json", exclude=set(_NOT_DECLARED)))


def _flat(fields: Mapping[str, object], place: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{place}{name}.")
        elif value != {}:
            flat[f"{place}{name}"] = value
    return flat
