"""The steps of a migration: planned, a rung up, a rung down, a comparison attached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from pydantic import ValidationError

from bus.delivery.subscription import State
from bus.errors import ConfigurationError, ConflictError, MigrationNotFoundError
from bus.migration.fared import Fared
from bus.migration.gates import Gate, Known, closed, gates
from bus.migration.ledger import (
    Epoch,
    Limits,
    Migration,
    first_epoch,
    starts_of,
    told,
)
from bus.migration.phases import Rung, above, below
from bus.migration.proofs import proof_of
from processors.migrations.world import MigrationsWorld
from processors.migrations.writer import Change

_MOST_S = 3 * 86_400
_NOBODYS = "so nobody would send its orders"


@dataclass(frozen=True, slots=True)
class Planned:
    """What somebody wants a migration to be; None: as it is, or as usual.

    `force`: though the subscription delivers already, and would get nothing then.
    """

    old: str | None = None
    about: str | None = None
    overlap_s: float | None = None
    shares: tuple[int, ...] | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    force: bool = False


async def plan(on: MigrationsWorld, id_: str, planned: Planned) -> Migration:
    """Make a migration, or change how it is to go; where it stands stays.

    Raises:
        ConfigurationError: Something of it cannot be; says what.
        ConflictError: Its other side cannot change once orders have moved; or it would
            silence a subscription that delivers.
    """
    at_ms = _now_ms(on)

    def change(before: Migration | None) -> Migration:
        fields: dict[str, object] = {"id": id_}
        if before is not None:
            fields = before.model_dump()
        fields.setdefault("epochs", (first_epoch(at_ms, on.writer.actor),))
        if before is not None and before.now.share and _moves(before, planned):
            raise ConflictError(f"{id_} has orders already: take them back first")
        if before is None and not planned.old and not planned.force:
            _refuse_silencing(on, id_)
        given = {
            "old": planned.old,
            "about": planned.about,
            "overlap_s": planned.overlap_s,
            "shares": planned.shares,
        }
        fields |= {name: x for name, x in given.items() if x is not None}
        limits = before.limits.model_dump() if before is not None else {}
        fields["limits"] = limits | dict(planned.limits)
        return _checked(fields, on)

    return await _written(on, id_, change, "plan")


def _moves(before: Migration, planned: Planned) -> bool:
    return planned.old is not None and planned.old != before.old


def _refuse_silencing(on: MigrationsWorld, id_: str) -> None:
    one = on.world.table.get(id_)
    if one is not None and one.state is State.ACTIVE:
        raise ConflictError(
            f"{id_} delivers already, and with a plan it gets nothing until steps give "
            "it orders: --force (force: true) if an old sender sends all of them now"
        )


def _checked(fields: Mapping[str, object], on: MigrationsWorld) -> Migration:
    limits = fields["limits"]
    unknown = set(cast("dict[str, object]", limits)) - set(Limits.model_fields)
    if unknown:
        known = ", ".join(Limits.model_fields)
        raise ConfigurationError(f"limits: no {min(unknown)}; there are: {known}")
    try:
        found = Migration.model_validate(fields)
    except ValidationError as error:
        raise ConfigurationError(told(error)) from None
    if not found.shares:
        raise ConfigurationError("shares: expected at least one, such as 5")
    if found.old and on.world.table.get(found.old) is None:
        raise ConfigurationError(f"old: there is no subscription {found.old}")
    for other in on.table.all():
        shared = {found.id, found.old} & {other.id, other.old} - {""}
        if other.id != found.id and shared:
            raise ConfigurationError(f"{min(shared)} takes part in {other.id} already")
    return found


async def look(on: MigrationsWorld, id_: str) -> tuple[Migration, Sequence[Gate]]:
    """A migration, and the gates of its next rung.

    Raises:
        MigrationNotFoundError: There is none with this id.
    """
    migration = there(on.table.get(id_), id_)
    to = above(migration.now.rung, migration.shares)
    return migration, () if to is None else gates(migration, to, await _known(on, id_))


async def step(
    on: MigrationsWorld, id_: str, *, force: bool, why: str, epoch: int | None = None
) -> Migration:
    """Go a rung up, from the ends of the source topics on.

    `epoch` is the one that it is to leave; without it the one that it is in now. So of
    two who step at once only one does.

    Raises:
        MigrationNotFoundError: There is none with this id.
        ConflictError: A gate is closed, there is no rung above, or it is in another
            epoch by now.
        ConfigurationError: It is forced without a reason.
    """
    if force and not why:
        raise ConfigurationError("why: say why a gate is passed that is closed")
    left = there(on.table.get(id_), id_).now.number if epoch is None else epoch
    known, starts = await _known(on, id_), await _ends(on)

    def change(before: Migration | None) -> Migration:
        migration = _still_in(there(before, id_), left)
        to = above(migration.now.rung, migration.shares)
        if to is None:
            raise ConflictError(f"{id_} is {migration.now.phase}: it is over")
        found = gates(migration, to, known)
        if to.share and not known.subscribed:
            raise ConflictError(f"{id_}: {found[0].why}: {_NOBODYS}")
        shut = closed(found)
        if shut and not force:
            raise ConflictError(f"{id_} may not go on: {_said(shut)}")
        made = _epoch(migration, to, known.now_ms, on.writer.actor)
        more = {
            "starts": starts,
            "why": why,
            "forced": bool(shut),
            "gates": tuple(one.said for one in found),
        }
        return migration.with_epoch(made.model_copy(update=more))

    return await _written(on, id_, change, "step")


async def back(
    on: MigrationsWorld,
    id_: str,
    *,
    at_all: bool = False,
    why: str = "",
    epoch: int | None = None,
) -> Migration:
    """Go a rung down, or (`at_all`) to where the new side has no order. No gate.

    With `epoch`, only from there.

    Raises:
        MigrationNotFoundError: There is none with this id.
        ConflictError: There is no rung below, or it is in another epoch.
    """
    starts, at_ms = await _ends(on), _now_ms(on)

    def change(before: Migration | None) -> Migration:
        migration = _still_in(there(before, id_), epoch)
        to = below(migration.now.rung, migration.shares, at_all=at_all)
        if to is None:
            raise ConflictError(f"{id_} is at its first phase")
        made = _epoch(migration, to, at_ms, on.writer.actor)
        more = {"starts": starts, "why": why, "back": True}
        return migration.with_epoch(made.model_copy(update=more))

    return await _written(on, id_, change, "back")


async def attach(
    on: MigrationsWorld, id_: str, report: Mapping[str, object]
) -> Migration:
    """Attach a comparison, by which parity is judged.

    Raises:
        MigrationNotFoundError: There is none with this id.
        ConfigurationError: It is no report.
    """
    proof = proof_of(report, _now_ms(on), on.writer.actor)

    def change(before: Migration | None) -> Migration:
        return there(before, id_).with_proof(proof)

    return await _written(on, id_, change, "attach")


def there(migration: Migration | None, id_: str) -> Migration:
    """The migration.

    Raises:
        MigrationNotFoundError: There is none.
    """
    if migration is None:
        raise MigrationNotFoundError(f"there is no migration {id_}")
    return migration


def _said(gates_: Sequence[Gate]) -> str:
    return "; ".join(f"{one.gate}: {one.why}" for one in gates_)


def _still_in(migration: Migration, epoch: int | None) -> Migration:
    now = migration.now
    if epoch is None or now.number == epoch:
        return migration
    raise ConflictError(
        f"{migration.id} is not in epoch {epoch} any more: {now.by or 'somebody'} made "
        f"{now.number}, {now.phase} with {now.share} %. Look, then say so again"
    )


def _epoch(migration: Migration, to: Rung, at_ms: int, by: str) -> Epoch:
    number, at_ms = migration.now.number + 1, max(at_ms, migration.now.at_ms)
    return Epoch(number=number, phase=to.phase, share=to.share, at_ms=at_ms, by=by)


async def _written(
    on: MigrationsWorld, id_: str, change: Change, action: str
) -> Migration:
    return there(await on.writer.write(id_, change, action), id_)


async def _known(on: MigrationsWorld, id_: str) -> Known:
    migration, now_ms = there(on.table.get(id_), id_), _now_ms(on)
    since_s = (now_ms - migration.now.held_ms) // 1000  # not of the share before
    fared: Fared | None = None
    if migration.now.share:
        fared = await on.ask(id_, min(max(since_s, 0), _MOST_S))
    return Known(now_ms, on.world.table.get(id_) is not None, fared)


async def _ends(on: MigrationsWorld) -> dict[str, tuple[int, ...]]:
    """Where the source topics end now."""
    world = on.world
    lags = await world.groups.lag(world.fanout_group, world.topology.sources)
    return starts_of({(tp.topic, tp.partition): lag.end for tp, lag in lags.items()})


def _now_ms(on: MigrationsWorld) -> int:
    return int(on.world.clock.now() * 1000)
