"""Keeps a line that repeats itself from drowning all others."""

from collections.abc import Hashable


class Repeats:
    """Lets the first line of each kind through, then one every `every_s` seconds."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._said: dict[Hashable, tuple[float, int]] = {}

    def held_back(self, kind: Hashable, now: float) -> int | None:
        """How many of this kind were kept back before this one; None: keep it back.

        `now` is monotonic seconds.
        """
        said = self._said.get(kind)
        if said is not None and now < said[0] + self._every_s:
            self._said[kind] = (said[0], said[1] + 1)
            return None
        self._said[kind] = (now, 0)
        return 0 if said is None else said[1]
