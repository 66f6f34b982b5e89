"""Which files of a folder are whole: written to the end, and meant to be read."""

from collections.abc import Sequence
from typing import NamedTuple

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
_LONGEST = 200


class Seen(NamedTuple):
    """A file as a folder lists it; `changed` is its time, as the folder tells it."""

    name: str
    size: int
    changed: float


class Settling:
    """Remembers how files looked; one that has stopped changing is whole.

    Whoever renames a file into its place when it is whole is served as soon; whoever
    writes it in place is waited for.
    """

    def __init__(self, settle_s: float) -> None:
        """`settle_s`: for how long size and time have to stay as they are."""
        self._settle_s = settle_s
        self._looks: dict[str, tuple[Seen, float]] = {}

    def whole(self, listing: Sequence[Seen], now: float) -> list[Seen]:
        """Those of a listing that are whole, the oldest first."""
        looks: dict[str, tuple[Seen, float]] = {}
        found: list[Seen] = []
        for seen in listing:
            if not is_meant(seen.name):
                continue
            before, since = self._looks.get(seen.name, (None, now))
            since = since if before == seen else now
            looks[seen.name] = (seen, since)
            if now - since >= self._settle_s:
                found.append(seen)
        self._looks = looks
        return sorted(found, key=lambda seen: (seen.changed, seen.name))


def is_meant(name: str) -> bool:
    """Whether a file of this name is to be read: not hidden, not called unfinished."""
    return (
        not name.startswith((".", "~"))
        and not name.lower().endswith(_UNFINISHED)
        and len(name) <= _LONGEST
        and name.isprintable()
        and "/" not in name
    )
