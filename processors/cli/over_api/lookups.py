"""`bus lookups` over the HTTP API."""

from typing import cast

from bus.api import AsyncApi, NotFoundError
from bus.api.models import LookupChange
from bus.intake.rules.rows import Rows, read_cells
from processors.cli.control import GOOD
from processors.cli.lookups_view import print_loaded, print_rows, print_tables, rows_in
from processors.cli.over_api.given import Given
from processors.rules.lookups import Loaded


async def list_(api: AsyncApi, given: Given) -> int:
    """The tables, with how many rows each has."""
    rows = (await api.list_lookups())["data"]
    print_tables({row["table"]: row["rows"] for row in rows}, as_json=given.as_json)
    return GOOD


async def show(api: AsyncApi, given: Given) -> int:
    """A table as CSV; 1 if there is none."""
    table = given.text("table")
    rows: Rows = {}
    known: list[str] = []
    try:
        rows = (await api.get_lookup(table))["rows"]
    except NotFoundError:
        known = [one["table"] for one in (await api.list_lookups())["data"]]
    print_rows(table, rows, known, as_json=given.as_json)
    return GOOD


async def load(api: AsyncApi, given: Given) -> int:
    """Load the rows of a file."""
    rows = rows_in(given.text("file"))
    return await _change(api, given, {"rows": rows}, replace=given.flag("replace"))


async def set_(api: AsyncApi, given: Given) -> int:
    """Add a row, or replace it."""
    row = read_cells(given.texts("cells"))
    return await _change(api, given, {"rows": {given.text("key"): row}})


async def remove(api: AsyncApi, given: Given) -> int:
    """Remove rows by their keys."""
    return await _change(api, given, {"remove": given.texts("keys")})


async def _change(
    api: AsyncApi, given: Given, body: dict[str, object], *, replace: bool = False
) -> int:
    dry_run = given.flag("dry_run")
    done = await api.load_lookup(
        given.text("table"),
        cast("LookupChange", body),
        replace=replace,
        dry_run=dry_run,
    )
    loaded = Loaded(
        done["table"],
        done["added"],
        done["changed"],
        done["removed"],
        done["unchanged"],
    )
    print_loaded(loaded, dry_run=dry_run, as_json=given.as_json)
    return GOOD
