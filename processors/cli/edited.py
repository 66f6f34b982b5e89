"""`--edited`: something else is delivered in the place of one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import typer

from bus.errors import ConfigurationError
from processors.cli.control import run
from processors.cli.edit_options import How
from processors.cli.moments import place_of
from processors.cli.root import Root

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def replace_item(
    ctx: typer.Context,
    places: Sequence[str] | None,
    given: Mapping[str, object],
    how: How,
) -> None:
    """Publish what the file holds in the place of a quarantined record."""

    async def replace(world: "World") -> int:
        from processors.cli.edits_work import edit_item

        place = only_place(places, given)
        return await edit_item(world, place, _placed(ctx, how))

    def judge() -> None:
        place_of(only_place(places, given))
        _judge_file(how)

    run(ctx, replace, reads=True, first=judge)


def replace_letter(
    ctx: typer.Context, subscription: str | None, given: Mapping[str, object], how: How
) -> None:
    """Send what the file holds in the place of a refused dead letter."""

    async def replace(world: "World") -> int:
        from processors.cli.edits_work import edit_letter

        named = only_event(subscription, given)
        return await edit_letter(world, *named, _placed(ctx, how))

    def judge() -> None:
        only_event(subscription, given)
        _judge_file(how)

    run(ctx, replace, reads=True, first=judge)


def _judge_file(how: How) -> None:
    """Refuse a file that holds no payload; standard input can be read only once."""
    from processors.cli.edits_work import read_payload

    if how.file != "-":
        read_payload(how.file)


def only_place(places: Sequence[str] | None, given: Mapping[str, object]) -> str:
    """The one place that is named.

    Raises:
        ConfigurationError: none, several, or something else as well.
    """
    if places is None or len(places) != 1 or any(given.values()):
        raise ConfigurationError("--edited: expected one PLACE, and no filter")
    return places[0]


def only_event(
    subscription: str | None, given: Mapping[str, object]
) -> tuple[str, str]:
    """The subscription and the one event that are named.

    Raises:
        ConfigurationError: not both, or something else as well.
    """
    events = cast("Sequence[str]", given.get("events") or ())
    others = [name for name, value in given.items() if value and name != "events"]
    if subscription is None or len(events) != 1 or others:
        why = "--edited: expected SUBSCRIPTION and one --event, and no other filter"
        raise ConfigurationError(why)
    return subscription, events[0]


def _placed(ctx: typer.Context, how: How) -> How:
    folder = ctx.obj.given().schemas_dir if isinstance(ctx.obj, Root) else None
    return How(how.file, how.dry_run, how.as_json, how.force, folder)
