"""What a sink was told, and whether it takes what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from bus.errors import OrderbusError
from bus.watch.stored import Plain

LONGEST_S = 300.0
_FIRST_S = 5.0
_MOST_DOUBLINGS = 10


class NotTakenError(OrderbusError):
    """A sink did not take what it was told; the text says why and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one sink fares; times are epoch seconds.

    `kind` is what it is (log, bus, alertmanager, apprise, heartbeat), `sent` when it
    last took something. Since `failing_since` it takes nothing, for the reason `why`,
    which never holds a secret; `waiting` notices are for it. In the hours `quiet` it
    hears of pages only. A test that was asked for at `tried` came to `tried_why`: empty
    if it was taken, None if nobody knows yet.
    """

    name: str
    kind: str
    sent: float | None = None
    failing_since: float | None = None
    why: str = ""
    waiting: int = 0
    quiet: str = ""
    tried: float | None = None
    tried_why: str | None = None


def pause_s(failures: int, longest_s: float = LONGEST_S) -> float:
    """How long a sink is left alone after so many failures in a row."""
    return min(longest_s, _FIRST_S * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))


def told_json(told: Told) -> Plain:
    """As plain values."""
    return {
        "kind": told.kind,
        "sent": told.sent,
        "failing_since": told.failing_since,
        "why": told.why,
        "waiting": told.waiting,
        "quiet": told.quiet,
        "tried": told.tried,
        "tried_why": told.tried_why,
    }


def read_told(name: str, fields: Mapping[str, object]) -> Told | None:
    """Read it; None if it is none."""
    kind, why, waiting = (fields.get(n) for n in ("kind", "why", "waiting"))
    quiet, tried_why = fields.get("quiet"), fields.get("tried_why")
    if not isinstance(kind, str) or not isinstance(why, str):
        return None
    if type(waiting) is not int:
        return None
    return Told(
        name=name,
        kind=kind,
        sent=_time(fields.get("sent")),
        failing_since=_time(fields.get("failing_since")),
        why=why,
        waiting=waiting,
        quiet=quiet if isinstance(quiet, str) else "",
        tried=_time(fields.get("tried")),
        tried_why=tried_why if isinstance(tried_why, str) else None,
    )


def _time(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]
