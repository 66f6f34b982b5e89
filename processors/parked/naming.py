"""Names that people give: of items and groups; what was meant where there is none."""

from collections.abc import Collection, Iterable, Sequence

from bus.access.roles import Principal
from bus.errors import ParkedNotFoundError
from bus.expected import among
from bus.intake.parked.grouping import Row
from processors.parked import asking
from processors.parked.world import ParkedWorld

_OF_GROUPS = "f1-"
_NARROWED = ("source", "account", "assignee", "order")


def items_named(
    world: ParkedWorld, by: Principal, names: Iterable[str]
) -> Sequence[Row]:
    """The items with these ids, each once.

    Raises:
        ParkedNotFoundError: of some there is none; says of each what may be meant.
    """
    found: list[Row] = []
    wrong: list[str] = []
    for name in dict.fromkeys(names):
        row = world.table.get(name)
        if row is not None and by.sees(row.owner):
            found.append(row)
        else:
            wrong.append(f"no parked item {name}{_meant(world, by, name)}")
    if wrong:
        raise ParkedNotFoundError("\n".join(wrong))
    return found


def group_that_is(world: ParkedWorld, by: Principal, name: str) -> None:
    """Return if there is such a group, or was.

    Raises:
        ParkedNotFoundError: there never was; says which one may be meant.
    """
    try:
        asking.group_named(world, by, name)
    except ParkedNotFoundError as error:
        row = world.table.get(name)
        if row is not None and by.sees(row.owner):
            hint = f"that is an item, of the group {row.fingerprint}"
        else:
            groups = [group.id for group in asking.standing(world, by).groups]
            hint = among(name, groups) if groups else "nothing is parked"
        raise ParkedNotFoundError(f"{error}; {hint}") from None


def why_none(world: ParkedWorld, by: Principal, wanted: asking.Wanted) -> str:
    """Why nothing fits: which word stands for nothing; empty: each for something.

    Raises:
        ParkedNotFoundError: there never was such a group.
    """
    if wanted.group:
        group_that_is(world, by, wanted.group)
    rows = asking.rows_of(world, by, asking.Wanted(state="all"))
    for name in _NARROWED:
        word = str(getattr(wanted, name))
        known = _words(rows, name)
        if word and word not in known:
            return f"no parked order, now or before, has the {name} {word!r}; " + (
                among(word, known)
            )
    return ""


def _words(rows: Iterable[Row], name: str) -> Collection[str]:
    """What stands there in rows, by the name of an option."""
    if name == "order":
        return {word for row in rows for word in _orders(row) if word}
    if name == "assignee":
        return {row.life.assignee for row in rows if row.life.assignee}
    return {word for row in rows if (word := str(getattr(row, name)))}


def _orders(row: Row) -> tuple[str, ...]:
    return row.order_id, row.native_id, row.number, row.id


def _meant(world: ParkedWorld, by: Principal, name: str) -> str:
    """What may be meant by something that is no item's id."""
    if name.startswith(_OF_GROUPS):
        return f"; that is a group: --group {name}"
    wanted = asking.Wanted(state="all", order=name)
    rows = asking.rows_of(world, by, wanted) if name else ()
    if rows:
        ids = ", ".join(row.id for row in rows[:5])
        return f"; that is an order, which is parked as {ids}"
    return "; bus intake parked list has their ids"
