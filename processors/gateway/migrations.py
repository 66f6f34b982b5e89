"""Migrations over HTTP: shown, planned, stepped, taken back; who sends an event."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bus.access.roles import Scope
from bus.errors import ConfigurationError
from bus.migration.ledger import Migration
from processors.gateway.migration_models import (
    BackGiven,
    MigrationPlan,
    MigrationShown,
    MigrationsShown,
    OwnerQuery,
    OwnerShown,
    ReportGiven,
    StepGiven,
)
from processors.gateway.moments import ms_of
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    NOT_FOUND,
    UNAVAILABLE,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.migrations.forgetting import active_of, forget, kept_because
from processors.migrations.showing import migration_row, owner_row
from processors.migrations.steps import (
    Planned,
    attach,
    back,
    look,
    plan,
    step,
)
from processors.migrations.world import MigrationsWorld

TAG = "Migrations"
PATH = "/v1/migrations"
_ONE = f"{PATH}/{{migration}}"
_VIEW_S = 5.0
"""How long an old sender waits for an answer that would be worth nothing."""


async def migrations_of(asked: Asked) -> MigrationsWorld:
    """The migrations, what is done to them written down as the visitor's."""
    world = asked.api.world.by(asked.by.key_id, asked.address)
    return (await asked.api.migrations()).by(world.trail)


@contextmanager
def _refused() -> Iterator[None]:
    """What cannot be is the visitor's to mend."""
    try:
        yield
    except ConfigurationError as error:
        raise ProblemError(INVALID, f"{error}.") from None


async def _shown(asked: Asked, on: MigrationsWorld, id_: str) -> MigrationShown:
    migration, found = await look(on, id_)
    row = migration_row(migration, found)
    return MigrationShown.model_validate(
        row | {"actions": _actions(asked, on, migration)}
    )


def _actions(asked: Asked, on: MigrationsWorld, migration: Migration) -> Sequence[str]:
    if not asked.by.may(Scope.MIGRATIONS_WRITE):
        return ()
    goes_on = migration.now.phase != "retired"
    goes_back = migration.now.phase != "inventory"
    ends = not kept_because(migration, active_of(on))
    found = {"plan": True, "step": goes_on, "back": goes_back, "remove": ends}
    return [name for name, may in found.items() if may]


async def list_migrations(asked: Asked) -> Reply:
    """All of them."""
    on = await migrations_of(asked)
    data = [await _shown(asked, on, one.id) for one in on.table.all()]
    return Reply(content=MigrationsShown(data=data))


async def get_migration(asked: Asked) -> Reply:
    """One, with its gates."""
    on = await migrations_of(asked)
    return Reply(content=await _shown(asked, on, asked.path["migration"]))


async def plan_migration(asked: Asked) -> Reply:
    """Make it, or change how it is to go."""
    on, body, id_ = (
        await migrations_of(asked),
        asked.body_as(MigrationPlan),
        asked.path["migration"],
    )
    limits = body.limits.model_dump(exclude_none=True)
    shares = None if body.shares is None else tuple(body.shares)
    wanted = Planned(body.old, body.about, body.overlap_s, shares, limits, body.force)
    with _refused():
        await plan(on, id_, wanted)
    return Reply(content=await _shown(asked, on, id_))


async def step_migration(asked: Asked) -> Reply:
    """A rung up."""
    on, body = await migrations_of(asked), asked.body_as(StepGiven)
    with _refused():
        await step(
            on,
            asked.path["migration"],
            force=body.force,
            why=body.why,
            epoch=body.epoch,
        )
    return Reply(content=await _shown(asked, on, asked.path["migration"]))


async def take_back_migration(asked: Asked) -> Reply:
    """A rung down, or all the way."""
    on, body = await migrations_of(asked), asked.body_as(BackGiven)
    with _refused():
        await back(
            on,
            asked.path["migration"],
            at_all=body.at_all,
            why=body.why,
            epoch=body.epoch,
        )
    return Reply(content=await _shown(asked, on, asked.path["migration"]))


async def attach_report(asked: Asked) -> Reply:
    """A comparison, by which parity is judged."""
    on, body = await migrations_of(asked), asked.body_as(ReportGiven)
    with _refused():
        await attach(on, asked.path["migration"], body.report)
    return Reply(content=await _shown(asked, on, asked.path["migration"]))


async def remove_migration(asked: Asked) -> Reply:
    """No order moves any more."""
    on = await migrations_of(asked)
    shown = await _shown(asked, on, asked.path["migration"])
    with _refused():
        await forget(on, asked.path["migration"])
    return Reply(content=shown)


async def get_owner(asked: Asked) -> Reply:
    """Who sends an event, for an old sender outside."""
    on, query = await migrations_of(asked), asked.query_as(OwnerQuery)
    migration = on.table.get(asked.path["migration"])
    if migration is None:
        raise ProblemError(NOT_FOUND)
    if asked.path["migration"] in on.table.unreadable:
        raise ProblemError(UNAVAILABLE, "The ledger's newest record cannot be read.")
    try:
        async with asyncio.timeout(_VIEW_S):
            await on.view.until_young()
    except TimeoutError:
        raise ProblemError(UNAVAILABLE, f"{on.view.trouble()}.") from None
    now_ms = int(on.world.clock.now() * 1000)
    made_ms = min(ms_of(asked, query.made_at, "made_at") or 0, now_ms)
    row = owner_row(migration, query.order_id, made_ms)
    return Reply(content=OwnerShown.model_validate(row))


_WRITES = (CONFLICT, INVALID, NOT_FOUND, UNAVAILABLE)

ROUTES = (
    Route(
        method="GET",
        path=PATH,
        operation="listMigrations",
        summary="All migrations, with their gates.",
        tag=TAG,
        scope=Scope.MIGRATIONS_READ,
        handler=list_migrations,
        answer=MigrationsShown,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=_ONE,
        operation="getMigration",
        summary="A migration: where it stands, its gates, its steps.",
        tag=TAG,
        scope=Scope.MIGRATIONS_READ,
        handler=get_migration,
        answer=MigrationShown,
        problems=(NOT_FOUND, UNAVAILABLE),
    ),
    Route(
        method="PUT",
        path=_ONE,
        operation="planMigration",
        summary="Plan a migration, or change how it is to go.",
        description="A new one begins with all orders at the old side: the "
        "subscription gets none, though it asks for them. So plan it first, and add "
        "the subscription then. What is not given stays as it is.",
        tag=TAG,
        scope=Scope.MIGRATIONS_WRITE,
        handler=plan_migration,
        body=MigrationPlan,
        answer=MigrationShown,
        problems=(CONFLICT, INVALID, UNAVAILABLE),
        example={"about": "from the old sender", "shares": [1, 10, 50]},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/step",
        operation="stepMigration",
        summary="Go on by one rung: the next phase, or the next share.",
        description="From the ends of the source topics on. 409 where a gate is "
        "closed; its detail says which, and why.",
        tag=TAG,
        scope=Scope.MIGRATIONS_WRITE,
        handler=step_migration,
        body=StepGiven,
        answer=MigrationShown,
        problems=_WRITES,
        idempotent=True,
        optional_body=True,
        example={"why": "parity over seven days"},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/back",
        operation="takeBackMigration",
        summary="Take orders back: one rung, or all of them. No gate is asked.",
        tag=TAG,
        scope=Scope.MIGRATIONS_WRITE,
        handler=take_back_migration,
        body=BackGiven,
        answer=MigrationShown,
        problems=_WRITES,
        idempotent=True,
        optional_body=True,
        example={"at_all": True, "why": "a rehearsal"},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/reports",
        operation="attachReport",
        summary="Attach a comparison, by which parity is judged.",
        description="As `bus migrate compare --json` prints it. What the gates ask of "
        "it is kept, and its hash; the last five.",
        tag=TAG,
        scope=Scope.MIGRATIONS_WRITE,
        handler=attach_report,
        body=ReportGiven,
        answer=MigrationShown,
        problems=_WRITES,
        large=True,
        example={
            "report": {
                "format": 1,
                "verdict": "no difference: 3,000 pairs, 0 different, 0 unpaired",
                "old": {"first": None, "last": None},
                "new": {"first": None, "last": None},
                "types": [],
                "hash": "0",
            }
        },
    ),
    Route(
        method="DELETE",
        path=_ONE,
        operation="removeMigration",
        summary="Forget a migration: each side then gets all that it asks for.",
        description="409 while the two share the orders. Answers what it was.",
        tag=TAG,
        scope=Scope.MIGRATIONS_WRITE,
        handler=remove_migration,
        answer=MigrationShown,
        problems=_WRITES,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/owner",
        operation="getOwner",
        summary="Who sends an event of an order, asked by an old sender outside.",
        description="It sends what `old_sends` says, with the event's `webhook-id`. "
        "Without an answer it sends as well, and at any status but 200: that comes "
        "twice at worst, with one id. 503 where the ledger may have a newer step.",
        tag=TAG,
        scope=Scope.MIGRATIONS_ASK,
        handler=get_owner,
        query=OwnerQuery,
        answer=OwnerShown,
        problems=(NOT_FOUND, UNAVAILABLE),
    ),
)
