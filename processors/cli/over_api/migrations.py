"""`bus migrate` over the HTTP API."""

from pathlib import Path
from typing import cast

from bus.api import AsyncApi
from bus.api.models import (
    BackGiven,
    MigrationPlan,
    MigrationShown,
    ReportGiven,
    StepGiven,
)
from bus.migration.ledger import Migration
from bus.migration.report import with_migration
from bus.times import read_rfc3339
from processors.cli.control import GOOD, print_json
from processors.cli.migrate_steps import planned_of, refuse_unreasoned
from processors.cli.migrate_view import print_migration, print_migrations, print_owner
from processors.cli.migrate_work import Compared, compare_recordings, told
from processors.cli.over_api.given import Given, as_here
from processors.screen.saying import say


async def plan(api: AsyncApi, given: Given) -> int:
    """Plan a migration, or change it."""
    wanted = planned_of(
        given.maybe("old"),
        given.maybe("about"),
        given.maybe("overlap"),
        given.maybe("shares"),
        given.texts("limit"),
        force=given.flag("force"),
    )
    fields = {
        "old": wanted.old,
        "about": wanted.about,
        "overlap_s": wanted.overlap_s,
        "shares": None if wanted.shares is None else list(wanted.shares),
        "limits": dict(wanted.limits),
        "force": wanted.force or None,
    }
    body = {name: x for name, x in fields.items() if x is not None}
    id_ = given.text("migration")
    row = await api.plan_migration(id_, cast("MigrationPlan", body))
    return _tell({**row}, given)


async def status(api: AsyncApi, given: Given) -> int:
    """All migrations, or one."""
    if (id_ := given.maybe("migration")) is not None:
        return _tell({**await api.get_migration(id_)}, given)
    rows = [as_here({**one}) for one in (await api.list_migrations())["data"]]
    if given.as_json:
        print_json(rows)
    else:
        print_migrations(rows)
    return GOOD


async def step(api: AsyncApi, given: Given) -> int:
    """Go on by one rung."""
    why, force = given.text("why"), given.flag("force")
    refuse_unreasoned(force=force, why=why)
    body = {"why": why, "force": force, **_left(given)}
    id_ = given.text("migration")
    return _tell({**await api.step_migration(id_, cast("StepGiven", body))}, given)


async def back(api: AsyncApi, given: Given) -> int:
    """Take orders back."""
    why, at_all = given.text("why"), given.flag("at_all")
    body = {"why": why, "at_all": at_all, **_left(given)}
    row = await api.take_back_migration(
        given.text("migration"), cast("BackGiven", body)
    )
    return _tell({**row}, given)


def _left(given: Given) -> dict[str, int]:
    epoch = given.maybe("epoch")
    return {} if epoch is None else {"epoch": int(epoch)}


async def owner(api: AsyncApi, given: Given) -> int:
    """Who sends an order."""
    row = await api.get_owner(
        given.text("migration"),
        order_id=given.text("order"),
        made_at=given.text("made_at"),
    )
    return print_owner({**row}, as_json=given.as_json)


async def remove(api: AsyncApi, given: Given) -> int:
    """Forget a migration."""
    id_ = given.text("migration")
    await api.remove_migration(id_)
    say(f"The migration {id_} is forgotten.")
    return GOOD


async def report(api: AsyncApi, given: Given) -> int:
    """Compare files here, and attach what came of it there."""
    html = given.maybe("html")
    asked = Compared(
        Path(given.text("terms")),
        given.texts("old"),
        given.texts("new"),
        None if html is None else Path(html),
        given.text("since"),
        given.as_json,
    )
    id_ = given.text("migration")
    migration = _ledger_of(await api.get_migration(id_))
    document = await compare_recordings(asked, None, migration)
    row = await api.attach_report(id_, cast("ReportGiven", {"report": document}))
    return told(asked, with_migration(document, as_here({**row})))


def _ledger_of(shown: MigrationShown) -> Migration:
    """As much of the ledger as a comparison asks of it."""
    epochs = [
        {**step, "at_ms": _ms(step["at"]), "written_ms": _ms(step["written_at"])}
        for step in shown["steps"]
    ]
    return Migration.model_validate({**shown, "epochs": epochs, "proofs": ()})


def _ms(moment: str) -> int:
    return round(read_rfc3339(moment).timestamp() * 1000)


def _tell(row: dict[str, object], given: Given) -> int:
    if given.as_json:
        print_json(as_here(row))
    else:
        print_migration(row)
    return GOOD
