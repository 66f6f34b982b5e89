"""The options of `bus events list` and `bus attempts`: what the log is asked for."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, ParamSpec

import typer

from processors.cli.added_options import add_options
from processors.cli.moments import a_moment

P = ParamSpec("P")


class Outcome(StrEnum):
    """What an attempt came to."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    THROTTLED = "throttled"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    HELD = "held"


class Status(StrEnum):
    """The class of what was answered; none: no answer came."""

    INFORMED = "1xx"
    GOOD = "2xx"
    MOVED = "3xx"
    REFUSED = "4xx"
    BROKEN = "5xx"
    NONE = "none"


_BOTH: Mapping[str, object] = {
    "types": Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help="order.created or order.*. Repeatable."),
    ],
    "subscriptions": Annotated[
        list[str] | None,
        typer.Option("--subscription", metavar="ID", help="Sent to it. Repeatable."),
    ],
    "outcomes": Annotated[
        list[Outcome] | None,
        typer.Option("--outcome", help="What an attempt came to. Repeatable."),
    ],
    "statuses": Annotated[
        list[Status] | None,
        typer.Option("--status", help="What was answered. Repeatable."),
    ],
    "since": Annotated[
        str | None,
        typer.Option(
            help="Since: 2026-11-23T12:00:00Z, or 2h for 2 h ago.", callback=a_moment
        ),
    ],
    "until": Annotated[
        str | None, typer.Option(help="Before: likewise.", callback=a_moment)
    ],
    "limit": Annotated[
        int | None,
        typer.Option(min=1, help="The newest so many. Default: 100."),
    ],
}
_OF_EVENTS: Mapping[str, object] = {
    "channel": Annotated[
        str | None, typer.Option(help="Of this channel, as its data says.")
    ],
    "account": Annotated[str | None, typer.Option(help="Of this account, likewise.")],
}
_OF_ATTEMPTS: Mapping[str, object] = {
    "order": Annotated[
        str | None, typer.Option(metavar="ID", help="Of this order id.")
    ],
    "event": Annotated[
        str | None, typer.Option(metavar="ID", help="Of this webhook-id.")
    ],
}


def of_events(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command that takes `**given` the options that narrow events."""
    return add_options(command, {**_BOTH, **_OF_EVENTS})


def of_attempts(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command that takes `**given` the options that narrow attempts."""
    return add_options(command, {**_OF_ATTEMPTS, **_BOTH})
