"""How `bus sources` shows things; secrets reach this file but once."""

from collections.abc import Callable, Mapping, Sequence

import typer
from rich.text import Text

from processors.cli.asking import ask
from processors.cli.control import console, print_json, warn
from processors.cli.root import Root
from processors.screen.tables import Cell, Column, print_table
from processors.settings.dev import door_of
from processors.sources.applying import Action, Step
from processors.sources.showing import Shown, shown
from processors.sources.steps import Taken

_LISTED = (
    Column("ID"),
    Column("CHANNEL", rank=1),
    Column("STATE", rank=2),
    Column("ADDRESS", rank=3),
    Column("TITLE", rank=4),
    Column("OWNER", rank=5),
)
_STATES = {"active": "green", "paused": "yellow"}


def print_sources(
    rows: Sequence[Shown], unreadable: Mapping[str, str], owner: str | None = None
) -> None:
    """One line a source; `owner`: only this one's were asked for."""
    warn(*(f"{name} cannot be read: {why}" for name, why in unreadable.items()))
    if not rows and owner is not None:
        console().print(f"There are no sources of {owner or 'the operators'}.")
        return
    if not rows:
        add = "bus sources add ID --channel CHANNEL"
        console().print(f"There are no sources. Add one: {add}")
        return
    cells: list[list[Cell | str]] = [
        [
            str(row["id"]),
            str(row["channel"]),
            Cell(str(row["state"]), style=_STATES.get(str(row["state"]), "red")),
            str(row["path"]),
            str(row["title"]),
            str(row["owner"]),
        ]
        for row in rows
    ]
    print_table(console(), _LISTED, cells)


def taken_json(taken: Taken) -> Shown:
    """The source and its new secrets as plain values."""
    told: Shown = {"source": shown(taken.source)}
    if taken.secret is not None:
        told["secret"] = taken.secret
    if taken.path_secret is not None:
        told["path"] = f"/in/{taken.source.id}/{taken.path_secret}"
    return told


def door_known_to(ctx: typer.Context) -> str:
    """Where sources send to; empty where nobody here knows."""
    return door_of(ctx.obj.given()) if isinstance(ctx.obj, Root) else ""


def print_taken(taken: Taken, done: str, *, as_json: bool, door: str = "") -> None:
    """Say what was done, and show what is new and secret, this once."""
    warn(*taken.warnings)
    print_told(taken.source.id, taken_json(taken), done, as_json=as_json, door=door)


def print_told(
    source_id: str,
    told: Mapping[str, object],
    done: str,
    *,
    as_json: bool,
    door: str = "",
) -> None:
    """The same from plain values; `door` is where sources send to, if that is known."""
    if as_json:
        print_json(told)
        return
    console().print(Text(f"{source_id}: {done}", style="green"))
    if "secret" in told:
        console().print(f"Secret, shown only now: {told['secret']}")
    if "path" in told:
        console().print(f"Address, shown only now: {door}{told['path']}")
    elif door:
        console().print(f"Address: {door}/in/{source_id}")


def plan_json(steps: Sequence[Step]) -> list[Shown]:
    """The plan as plain values."""
    return [
        {
            "id": step.id,
            "action": step.action.value,
            "changes": [
                {"field": field, "old": old, "new": new}
                for field, old, new in step.changes
            ],
        }
        for step in steps
    ]


def ask_to_prune(steps: Sequence[Shown], *, yes: bool) -> None:
    """Ask before sources are removed."""
    doomed = [str(s["id"]) for s in steps if s["action"] == Action.REMOVE.value]
    if doomed:
        ask(f"Remove {', '.join(doomed)}? What they send is not found then.", yes=yes)


def ask_to_remove(source_id: str, *, purge: bool, yes: bool) -> None:
    """Ask before a source is removed."""
    then = ", and all it sent is deleted" if purge else "; what it sent is kept"
    ask(f"Remove {source_id}? What it sends is not found then{then}.", yes=yes)


def print_removed(source_id: str, topics: Sequence[str], *, as_json: bool) -> None:
    """Say that it was."""
    if as_json:
        print_json({"id": source_id, "deleted_topics": list(topics)})
    else:
        deleted = f", with {', '.join(topics)}" if topics else ""
        console().print(f"{source_id}: removed{deleted}")


def teller(done: list[Shown], *, as_json: bool) -> Callable[[Step, Taken | None], None]:
    """What says that a step was done, or keeps it in `done` for JSON."""

    def tell_step(step: Step, taken: Taken | None) -> None:
        row: Shown = {"id": step.id, "action": step.action.value}
        if taken is not None:
            warn(*taken.warnings)
            row |= {k: v for k, v in taken_json(taken).items() if k != "source"}
        tell(done, row, as_json=as_json)

    return tell_step


def tell(done: list[Shown], row: Shown, *, as_json: bool) -> None:
    """The same from plain values."""
    if as_json:
        done.append(row)
    elif row["action"] == Action.REMOVE.value:
        console().print(f"{row['id']}: removed")
    else:
        print_told(str(row["id"]), row, f"{row['action']}d", as_json=False)
