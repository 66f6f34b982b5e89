"""How `bus log` shows the log, to people and to scripts."""

from collections.abc import Mapping

from rich.text import Text

from bus.log.retention import Pruned, Retention, TableSize
from bus.times import at_us, rfc3339
from processors.cli.control import console
from processors.projector.state import LogState
from processors.redrive.rendering import span
from processors.screen.plain import plain
from processors.screen.tables import Column, print_table

_TABLES = (
    Column("TABLE"),
    Column("ROWS", right=True),
    Column("SIZE", right=True),
    Column("OLDEST", rank=1),
    Column("NEWEST", rank=2),
)
_SIZES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def plain_state(state: LogState) -> Mapping[str, object]:
    """The state as plain values."""
    told = state.described
    return {
        "database": told.database,
        "place": told.place,
        "bytes": told.bytes,
        "behind_s": None if state.lag_s is None else round(state.lag_s, 1),
        "trouble": state.trouble,
        "partitions": len(told.positions),
        "stray": told.stray,
        "tables": [_table(table) for table in told.tables],
        "days": list(told.days),
    }


def _table(table: TableSize) -> Mapping[str, object]:
    return {
        "name": table.name,
        "rows": table.rows,
        "bytes": table.bytes or None,
        "oldest": _moment(table.oldest_us),
        "newest": _moment(table.newest_us),
    }


def show(state: LogState) -> None:
    """Print the state for people."""
    out, told = console(), state.described
    out.print(f"log       {told.database} at {plain(told.place)}")
    behind = "-" if state.lag_s is None else span(state.lag_s * 1000)
    out.print(f"behind    {behind}, in {len(told.positions)} partitions")
    out.print(f"size      {_bytes(told.bytes)}")
    if told.stray:
        out.print(f"stray     {told.stray} rows with absurd times, put aside")
    if state.trouble:
        out.print(Text(f"  ! {state.trouble}", style="yellow"))
    rows = [
        (
            table.name,
            str(table.rows),
            _bytes(table.bytes) if table.bytes else "-",
            _moment(table.oldest_us) or "-",
            _moment(table.newest_us) or "-",
        )
        for table in told.tables
    ]
    out.print()
    print_table(out, _TABLES, rows)


def kept(keep: Retention) -> str:
    """What stays, in words."""
    sizes = "" if keep.most_bytes is None else f", {_bytes(keep.most_bytes)} in all"
    return (
        f"{keep.accepted_days} days (attempts that were accepted), {keep.days} days "
        f"(all else that happened), {keep.audit_days} days (changes){sizes}"
    )


def removed(pruned: Pruned) -> str:
    """What went, in words."""
    parts = [*pruned.days, *([f"{pruned.rows} rows"] if pruned.rows else [])]
    return f"removed: {', '.join(parts)}" if parts else "nothing is that old"


def _moment(time_us: int | None) -> str | None:
    return None if time_us is None else rfc3339(at_us(time_us))


def _bytes(size: int) -> str:
    for unit, name in _SIZES:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"
