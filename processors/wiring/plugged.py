"""Sinks that others wrote: found by their entry points, made when they are needed."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from bus.errors import ConfigurationError
from bus.plugged import GROUP, NAME, Kit, Maker
from bus.sending import Sink


@cache
def plugged_in() -> Mapping[str, EntryPoint]:
    """Those that are installed, by the schemes of their URLs; none is imported."""
    found = entry_points(group=GROUP)
    return {one.name: one for one in found if NAME.fullmatch(one.name)}


def absent(name: str) -> str | None:
    """What has to be installed for a scheme; None: it is there."""
    if name in plugged_in():
        return None
    return (
        f"no package here has a sink for {name}://; expected an entry point of that"
        f" name in the group {GROUP}"
    )


def plug_in(name: str, kit: Kit) -> Sink:
    """A sink that somebody wrote, imported and made.

    Raises:
        ConfigurationError: there is none of that name, or it cannot be made.
    """
    if (why := absent(name)) is not None:
        raise ConfigurationError(why)
    try:
        return cast("Maker", plugged_in()[name].load())(kit)
    except Exception as error:  # whatever a stranger's code raises
        raise ConfigurationError(
            f"the sink of {name}:// cannot be made: {error}"
        ) from error
