"""How `bus keys` shows things; a token reaches this file but once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.text import Text

from bus.access.audit import Shown
from bus.access.keys import ApiKey
from processors.access.showing import shown_key
from processors.access.writer import Made
from processors.cli.control import console, print_json, warn
from processors.screen.tables import Cell, Column, print_table

_LISTED = (
    Column("ID"),
    Column("ROLE", rank=1),
    Column("TENANT", rank=2),
    Column("STATE", rank=1),
    Column("LAST USED", rank=3),
    Column("EXPIRES", rank=4),
    Column("CREATED BY", rank=6),
    Column("SERVER KEY", rank=7),
    Column("DESCRIPTION", rank=5),
)
_STATES = {"active": "green", "expired": "yellow", "revoked": "red"}


def print_made(made: Made, now: datetime, done: str, *, as_json: bool) -> None:
    """Say what was done, and show the token, this once."""
    if as_json:
        print_json({"key": shown_key(made.key, now), "token": made.token})
        return
    console().print(Text(f"{name_of(made.key)}: {done}", style="green"))
    console().print(f"Token, shown only now: {made.token}")


def name_of(key: ApiKey) -> str:
    """A key in words."""
    whose = f" of {key.tenant}" if key.tenant else ""
    about = f" ({key.description})" if key.description else ""
    return f"{key.role.value} key {key.id}{whose}{about}"


def print_keys(rows: Sequence[Shown], unreadable: Mapping[str, str]) -> None:
    """One line a key."""
    warn(*(f"{key_id} cannot be read: {why}" for key_id, why in unreadable.items()))
    if not rows:
        console().print("There are no keys. Make one: bus keys create --role operator")
        return
    print_table(console(), _LISTED, [_cells(row) for row in rows])


def _cells(row: Shown) -> list[Cell | str]:
    state = str(row["state"])
    return [
        str(row["id"]),
        str(row["role"]),
        str(row["tenant"]) or "(all)",
        Cell(state, style=_STATES[state]),
        str(row["last_used"] or "never"),
        str(row["expires_at"] or "never")[:10],
        str(row["created_by"]),
        str(row["server_key"]),
        str(row["description"]),
    ]
