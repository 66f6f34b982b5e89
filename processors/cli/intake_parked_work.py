"""What `bus intake parked` does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bus.contracts.jsontext import read_json
from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError, DecodeError, ParkedNotFoundError
from bus.intake.parked.decisions import Kind
from bus.intake.parked.grouping import Row, fingerprint_in
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, print_json, read_text, warn
from processors.cli.dlq_options import limit_of
from processors.cli.dlq_redrive import bar
from processors.cli.intake_parked_view import (
    print_groups,
    print_items,
    print_tried,
    print_whole,
    tell_done,
)
from processors.parked import asking, deciding, naming
from processors.parked.deciding import ACTIONS, Done, Wish, decide_all
from processors.parked.fixing import items_in
from processors.parked.plain import group_row, item_row, terms_row, tried_row, whole_row
from processors.parked.world import EVERYBODY, ParkedWorld
from processors.screen.saying import say


@dataclass(frozen=True, slots=True)
class Listed:
    """Which items are listed, and how."""

    wanted: Mapping[str, str]
    limit: int | None
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What is decided, and how it is told."""

    action: str
    why: str = ""
    to: str = ""
    span: str = ""
    raw: bool = False
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """What is put in the place of a payload."""

    file: str
    event_type: str
    why: str
    dry_run: bool
    as_json: bool

    def judge(self) -> None:
        """Refuse a file that holds no data; standard input is read only once."""
        if self.file != "-":
            payload_in(self.file)


async def groups(world: ParkedWorld, *, as_json: bool) -> int:
    """All groups, ranked."""
    found = asking.standing(world, EVERYBODY)
    terms = terms_row(found, world.policy.rates.base)
    rows = [group_row(group) for group in found.groups]
    if as_json:
        print_json({"terms": terms, "groups": rows})
    else:
        print_groups(rows, terms)
    return GOOD


async def list_items(world: ParkedWorld, listed: Listed) -> int:
    """The items that are meant."""
    wanted = asking.Wanted(**listed.wanted)
    found = asking.rows_of(world, EVERYBODY, wanted)
    why = "" if found else naming.why_none(world, EVERYBODY, wanted)
    most = limit_of(listed.limit, as_json=listed.as_json)
    shown = found[:most] if most else found
    rows = [item_row(row, world.now) for row in shown]
    if listed.as_json:
        print_json(rows)
    else:
        print_items(rows, more=len(found) - len(shown))
        if why:
            warn(why)
    return GOOD


async def show(world: ParkedWorld, item: str, *, as_json: bool) -> int:
    """All there is of one."""
    try:
        (row,) = naming.items_named(world, EVERYBODY, [item])
    except ParkedNotFoundError as error:
        return no_such(str(error), as_json=as_json)
    fields = whole_row(await asking.whole(world, row), world.now)
    if as_json:
        print_json(fields)
    else:
        print_whole(fields)
    return GOOD


def no_such(why: str, *, as_json: bool) -> int:
    """Say that there is none."""
    if as_json:
        print_json(None)
    else:
        say(f"bus intake parked show: {why}", fg="red", err=True)
    return FAILED


async def edit(world: ParkedWorld, item: str, how: Edit) -> int:
    """Put another payload in the place of an item's."""
    (row,) = naming.items_named(world, EVERYBODY, [item])
    wish = Wish(
        kind=Kind.EDITED,
        why=how.why,
        payload=payload_in(how.file),
        event_type=how.event_type,
    )
    row, tried = await deciding.edit(world, row, wish, dry_run=how.dry_run)
    print_tried(item, tried_row(tried), dry_run=how.dry_run, as_json=how.as_json)
    return GOOD if tried.passes else FAILED


def payload_in(file: str) -> Mapping[str, object]:
    """The data that a file holds.

    Raises:
        ConfigurationError: it cannot be read, or is no JSON object.
    """
    try:
        value = read_json(read_text(file).encode())
    except DecodeError as error:
        raise ConfigurationError(f"{file}: {error}") from None
    if not isinstance(value, dict):
        raise ConfigurationError(f"{file}: expected a JSON object, the event's data")
    return value


async def split(world: ParkedWorld, group: str, by: str) -> int:
    """Split a group, and show what it has become."""
    naming.group_that_is(world, EVERYBODY, group)
    await deciding.split(world, fingerprint_in(group), by)
    return await groups(world, as_json=False)


async def decide(
    world: ParkedWorld, items: Sequence[str], group: str | None, how: Decide
) -> int:
    """Decide about these, after asking."""
    rows = _meant(world, items, group)
    done = Done()
    if rows and not how.dry_run:
        ask(question(how.action, len(rows)), yes=how.yes)
        with bar(how.action, len(rows)) as progress:
            wish = _wish(world, how)
            done = await decide_all(world, rows, wish, progress)
    said = {"meant": len(rows), "done": done.done, "failed": done.failed}
    return tell_done(how.action, said, dry_run=how.dry_run, as_json=how.as_json)


def question(action: str, count: int) -> str:
    """What is asked before something is decided about so many."""
    return (
        f"{action.capitalize()} {count} parked {'order' if count == 1 else 'orders'}?"
    )


def _meant(world: ParkedWorld, items: Sequence[str], group: str | None) -> list[Row]:
    if group is not None:
        naming.group_that_is(world, EVERYBODY, group)
        return list(items_in(world, EVERYBODY, group))
    return list(naming.items_named(world, EVERYBODY, items))


def _wish(world: ParkedWorld, how: Decide) -> Wish:
    until = None
    if how.action == "snooze":
        until = world.now + timedelta(seconds=seconds_of(how.span))
    return Wish(
        kind=ACTIONS[how.action], why=how.why, to=how.to, until=until, raw=how.raw
    )


def seconds_of(span: str) -> float:
    """How long something is put off.

    Raises:
        ConfigurationError: it is no duration.
    """
    try:
        return parse_duration(span)
    except ValueError as error:
        raise ConfigurationError(f"--for: {error}") from None
