"""Forgetting a migration: each side then gets all that it asks for."""

from collections.abc import Callable

from bus.delivery.subscription import State
from bus.errors import ConflictError
from bus.migration.ledger import Migration
from bus.migration.phases import ALL, Phase
from processors.migrations.steps import there
from processors.migrations.world import MigrationsWorld
from processors.subscriptions.moving import owed_in, settling_s


async def forget(on: MigrationsWorld, id_: str) -> None:
    """Remove a migration: the subscription then gets all that it asks for.

    Raises:
        MigrationNotFoundError: There is none with this id.
        ConflictError: The two share orders; or both would get all of them; or one of
            them still owes something in the lanes that they share.
    """
    old = there(on.table.get(id_), id_).old
    owed = await owed_in(on.world, old) if old else 0

    def change(before: Migration | None) -> None:
        migration = there(before, id_)
        if why := kept_because(migration, active_of(on)):
            raise ConflictError(why)
        if wait_s := settling_s(migration, on.world.clock.now()):
            why = f"the last step of {id_} is not known everywhere yet"
            raise ConflictError(f"{why}: try it again in {wait_s:.0f} s")
        if owed:
            why = f"{owed} deliveries still wait in the lanes of {migration.old}"
            raise ConflictError(f"{why}: try it again later")

    await on.writer.write(id_, change, "remove")


def active_of(on: MigrationsWorld) -> Callable[[str], bool]:
    """Whether a subscription is there and sends."""

    def active(subscription: str) -> bool:
        found = on.world.table.get(subscription)
        return found is not None and found.state is State.ACTIVE

    return active


def kept_because(migration: Migration, active: Callable[[str], bool]) -> str:
    """Why a migration cannot be forgotten, and what to do; empty: it can.

    An old sender outside sends whatever no migration keeps from it, until it is off:
    in the last phase. One that was never begun has moved nothing.
    """
    id_, now, old = migration.id, migration.now, migration.old
    if 0 < now.share < ALL:
        return f"{id_} shares its orders: go on, or back, first"
    if now.share and old:
        again = f"{old} would get all orders again: pause or remove it first"
        return again if active(old) else ""
    begun = any(one.phase is not Phase.INVENTORY for one in migration.epochs)
    if now.phase is Phase.RETIRED or not begun or not active(id_):
        return ""
    if old:
        both = f"{old} and {id_} would both send every order"
        return f"{both}: pause one of them first, or go on" if active(old) else ""
    both = f"the old sender outside and {id_} would both send every order"
    return f"{both}: pause the subscription {id_} first, or go on to the end"
