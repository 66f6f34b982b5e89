"""What `bus events search` does and says."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from rich.text import Text

from bus.times import moment_of, rfc3339
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.redrive.backwards import Places
from processors.redrive.searching import Hit, Sought, lanes, search
from processors.screen.plain import plain
from processors.screen.prose import laid, width_of_output
from processors.subscriptions.world import World

Row: TypeAlias = Mapping[str, object]
_AROUND = 6
"""Columns that a find's own signs take."""


class Part(NamedTuple):
    """What one search found, and how far it came; without `more` it was the last."""

    rows: Sequence[Row]
    read: int
    left: int
    back_to: str | None
    more: bool


async def search_kafka(
    world: World, sought: Sought, limit: int, *, as_json: bool
) -> int:
    """Search after search, until there is enough or nothing left."""
    among = await lanes(world, sorted(world.topology.sources))
    places: Places | None = None

    async def go_on(wanted: int) -> Part:
        nonlocal places
        looked = await search(world, sought, among, limit=wanted, places=places)
        places, at = looked.places, looked.back_to_ms
        back_to = None if at is None else rfc3339(moment_of(at))
        rows = [_row(hit) for hit in looked.hits]
        return Part(rows, looked.read, looked.left, back_to, places is not None)

    return await search_on(go_on, limit, as_json=as_json)


def _row(hit: Hit) -> Row:
    return {
        "event_id": hit.event.webhook_id,
        "type": hit.event.type,
        "order_id": hit.event.subject,
        "at": rfc3339(moment_of(hit.at_ms)),
        "place": f"{hit.topic}/{hit.partition}/{hit.offset}",
        "before": hit.before,
        "match": hit.match,
        "after": hit.after,
    }


async def search_on(
    go_on: Callable[[int], Awaitable[Part]], limit: int, *, as_json: bool
) -> int:
    """Go on until there is enough or nothing left; say what was found."""
    rows: list[Row] = []
    read = 0
    with console(stderr=True).status("Reading …") as status:
        while True:
            part = await go_on(limit - len(rows))
            rows += part.rows
            read += part.read
            if not part.more or len(rows) >= limit:
                break
            back = f", back to {part.back_to}" if part.back_to else ""
            status.update(f"Read {read:,} records{back}; {part.left:,} are left")
    if as_json:
        print_json(rows)
        return GOOD if rows else FAILED
    for row in rows:
        head = f"{row['at']}  {row['place']}  {row['type']}  {row['order_id']}"
        for line in _found(f"{head}  {row['event_id']}", row, width_of_output()):
            console().print(Text(line))
    if not rows:
        console(stderr=True).print(f"None of {read:,} records has it.")
    elif part.more:
        console(stderr=True).print(f"There may be more: --limit {limit * 2}")
    return GOOD if rows else FAILED


def _found(head: str, row: Row, width: int | None) -> Iterator[str]:
    """The lines of a find; what is around it gets what room there is beside it."""
    yield from laid(head, 4, width)
    before, match, after = (plain(str(row[n])) for n in ("before", "match", "after"))
    if width is not None:
        side = max(0, width - _AROUND - len(match)) // 2
        before, after = before[len(before) - min(side, len(before)) :], after[:side]
    yield f"    …{before}{match}{after}…"
