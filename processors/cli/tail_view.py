"""A line of `bus tail` for people, or for programs."""

import json
from collections.abc import Mapping

import typer

from bus.delivery.wording import followed, held
from processors.cli.called import bus
from processors.screen.plain import plain_json
from processors.screen.prose import laid, width_of_output
from processors.screen.saying import say

_CLOCK = slice(11, 23)
_INDENT = 15


class EnoughError(Exception):
    """As much was printed as was asked for."""


def say_listening(*, as_json: bool) -> None:
    """Say on stderr that it listens: nothing may come for long."""
    if not as_json:
        say(
            "Listening; what comes from now on is shown, Ctrl-C ends it. To see"
            f" something: {bus()} events send order.created",
            err=True,
        )


class Printer:
    """Prints what is heard; `count` lines, if that is not 0.

    Raises:
        EnoughError: by `show`: that was the last one.
    """

    def __init__(self, *, as_json: bool, count: int = 0) -> None:
        self._as_json = as_json
        self._left = count

    def show(self, kind: str, place: str, data: Mapping[str, object]) -> None:
        """Print a message, at once."""
        if self._as_json:
            line = {"kind": kind, "id": place, "data": data}
            typer.echo(plain_json(json.dumps(line, ensure_ascii=False)))
        else:
            text = _LINES.get(kind, _other)(data)
            for part in laid(text, _INDENT, width_of_output()):
                typer.echo(part)
        self._left -= 1
        if not self._left:
            raise EnoughError


def _event(data: Mapping[str, object]) -> str:
    said = "{arrived_at} {type} {order_id} {event_id} {place}"
    return _filled(said, data, "arrived_at")


def _attempt(data: Mapping[str, object]) -> str:
    said = "{at}   {subscription} {type} {order_id} #{number} {outcome}"
    line = _filled(said, data, "at")
    if data.get("number"):
        both = [str(data[name]) for name in ("status", "detail") if data.get(name)]
        more = list(dict.fromkeys(both))  # a status without more is its own detail
    else:
        more = [held(str(data.get("detail", "")))]
    route = str(data.get("route"))
    then = "" if route == "done" else f" → {followed(route)}"
    return " ".join([line, *more]) + then


def _gap(data: Mapping[str, object]) -> str:
    since = data.get("since")
    offsets = "" if since is None else f" offsets {since} to before {data.get('until')}"
    where = f"{data.get('topic')}/{data.get('partition')}{offsets}"
    return f"!! missed: {where}. {data.get('detail')}"


def _other(data: Mapping[str, object]) -> str:
    return f"-- {data.get('detail')}"


def _filled(said: str, data: Mapping[str, object], clock: str) -> str:
    return said.format(**{**data, clock: str(data.get(clock, ""))[_CLOCK]})


_LINES = {"event": _event, "attempt": _attempt, "gap": _gap}
