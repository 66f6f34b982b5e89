"""The options that say which dead letters are meant, shared by all `bus dlq`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeAlias, cast

import typer

from bus.delivery.delivery import Reason
from bus.delivery.marks import Fate
from bus.errors import ConfigurationError
from processors.cli.added_options import add_options
from processors.cli.moments import a_moment, moment_ms
from processors.cli.root import Root

if TYPE_CHECKING:
    from processors.redrive.letters import Wanted
    from processors.subscriptions.world import World

P = ParamSpec("P")

Owner: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="SUBSCRIPTION", help="Its id. Default: all of them."),
]
Limit: TypeAlias = Annotated[
    int | None,
    typer.Option(min=0, help="The newest so many; 0: all. Default: 100, in JSON all."),
]
_USUAL_LIMIT = 100
_OPTIONS: Mapping[str, object] = {
    "types": Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help="order.created, order.* or *. Repeatable."),
    ],
    "orders": Annotated[
        list[str] | None, typer.Option("--order", help="An order id. Repeatable.")
    ],
    "events": Annotated[
        list[str] | None, typer.Option("--event", help="An event id. Repeatable.")
    ],
    "reasons": Annotated[
        list[Reason] | None,
        typer.Option("--reason", help="Why it became one. Repeatable."),
    ],
    "statuses": Annotated[
        list[int] | None,
        typer.Option(
            "--status", help="What was answered last; 0: nothing. Repeatable."
        ),
    ],
    "since": Annotated[
        str | None,
        typer.Option(
            help="Dead since: 2026-11-23T12:00:00Z, or 2h for 2 h ago.",
            callback=a_moment,
        ),
    ],
    "until": Annotated[
        str | None, typer.Option(help="Dead before: likewise.", callback=a_moment)
    ],
}


def limit_of(given: int | None, *, as_json: bool) -> int:
    """How many rows are shown; 0: all."""
    if given is not None:
        return given
    return 0 if as_json else _USUAL_LIMIT


def with_filters(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command that takes `**given` the options that narrow dead letters."""
    return add_options(command, _OPTIONS)


def wanted(
    world: "World", given: Mapping[str, object], fates: Sequence[Fate] = ()
) -> "Wanted":
    """What the options ask for.

    Raises:
        ConfigurationError: a time or an event type cannot be used.
    """
    from processors.redrive.letters import Wanted

    types = _list(given.get("types"))
    refuse_unknown(types, world.checks.event_types)
    since, until = given.get("since"), given.get("until")
    return Wanted(
        types=types,
        orders=_list(given.get("orders")),
        events=_list(given.get("events")),
        reasons=_list(given.get("reasons")),
        statuses=[int(one) for one in _list(given.get("statuses"))],
        since_ms=None if since is None else moment_ms(world, "--since", str(since)),
        until_ms=None if until is None else moment_ms(world, "--until", str(until)),
        fates=fates,
    )


def refuse_unknown_here(ctx: typer.Context, patterns: object) -> None:
    """The same by the schemas that are here, before anybody is asked."""
    from bus.client.schemas import load_catalogue

    if patterns and isinstance(ctx.obj, Root):
        catalogue = load_catalogue(ctx.obj.given().schemas_dir)
        refuse_unknown(_list(patterns), catalogue.event_types)


def refuse_unknown(patterns: Sequence[str], known: Collection[str] | None) -> None:
    """Refuse event type patterns that name nothing there is.

    Raises:
        ConfigurationError: naming the first, and what there is.
    """
    for pattern in patterns:
        if known and not any(fnmatchcase(name, pattern) for name in known):
            there = ", ".join(sorted(known))
            raise ConfigurationError(f"no event type {pattern!r}; there are: {there}")


def _list(value: object) -> Sequence[str]:
    return [str(item) for item in cast("list[str]", value)] if value else ()
