"""How `bus keys` shows things; a token reaches this file but once."""

from collections.abc import Mapping, Sequence

import typer
from rich.text import Text

from bus.access.audit import Shown
from processors.cli.asking import ask
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


def print_made(key: Shown, token: str, done: str, *, as_json: bool) -> None:
    """Say what was done, and show the token, this once."""
    if as_json:
        print_json({"key": key, "token": token})
        return
    console().print(Text(f"{name_of(key)}: {done}", style="green"))
    console().print(f"Token, shown only now: {token}")


def print_link(made: Shown, place: str, *, as_json: bool) -> None:
    """A link, this once; JSON has the whole URL as well."""
    url = f"{place.rstrip('/')}{made['path']}"
    if as_json:
        print_json({**made, "url": url})
        return
    about = f"{made['role']} of {made['tenant']}, once, until {made['expires_at']}"
    console().print(Text(f"Signs in as {about}:", style="green"))
    typer.echo(url)


def name_of(key: Shown) -> str:
    """A key in words."""
    whose = f" of {key['tenant']}" if key["tenant"] else ""
    about = f" ({key['description']})" if key["description"] else ""
    return f"{key['role']} key {key['id']}{whose}{about}"


def ask_to_revoke(key: Shown, *, yes: bool) -> None:
    """Ask before a key is ended."""
    ask(f"Revoke {name_of(key)}? It cannot be undone.", yes=yes)


def print_revoked(key: Shown, *, as_json: bool) -> None:
    """Say that it was."""
    if as_json:
        print_json(key)
    else:
        console().print(f"{key['id']}: revoked")


def list_keys(
    rows: Sequence[Shown], unreadable: Mapping[str, str], *, as_json: bool
) -> None:
    """All keys, a line each."""
    if as_json:
        print_json(rows)
    else:
        print_keys(rows, unreadable)


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
