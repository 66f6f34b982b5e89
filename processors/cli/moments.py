"""Times and places: judged before anybody is asked, so that a slip costs no wait."""

import re
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bus.errors import ConfigurationError

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def a_moment(text: str | None) -> str | None:
    """Return the text of an option that names a time; refuse one that names none."""
    from bus.delivery.schedule import parse_moment

    if text is not None:
        try:
            parse_moment(text, 0.0)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    return text


def a_duration(text: str | None) -> str | None:
    """Return the text of an option that says how long; refuse one that does not."""
    from bus.delivery.schedule import parse_duration

    if text is not None:
        try:
            parse_duration(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    return text


def place_of(text: str) -> tuple[str, int, int]:
    """A place in Kafka: its topic, partition and offset.

    Raises:
        ConfigurationError: it is none.
    """
    found = re.fullmatch(r"([^/]+)/([0-9]{1,9})/([0-9]{1,18})", text, re.ASCII)
    if found is None:
        raise ConfigurationError(
            f"{text!r} is no place: expected TOPIC/PARTITION/OFFSET, such as"
            " oms.order/3/17"
        )
    return found[1], int(found[2]), int(found[3])


Since: TypeAlias = Annotated[
    str,
    typer.Option(
        help="How far to look back: 24h, 2026-11-23T12:00:00Z.", callback=a_moment
    ),
]
"""How far a command looks back."""


def moment_ms(world: "World", option: str, text: str) -> int:
    """Epoch milliseconds of a time that was given.

    Raises:
        ConfigurationError: it is none.
    """
    from bus.delivery.schedule import parse_moment

    try:
        return int(parse_moment(text, world.clock.now()) * 1000)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from None


Grace: TypeAlias = Annotated[
    str, typer.Option(help="How long the old secrets count, too.", callback=a_duration)
]
"""How long what is replaced holds beside what replaces it."""
