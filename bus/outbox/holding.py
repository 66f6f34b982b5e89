"""Which topics take nothing just now, and when each is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

FIRST_S = 0.5
LONGEST_S = 10.0


@dataclass(frozen=True, slots=True)
class _Held:
    until: float
    pause_s: float
    since: float
    why: str


class Holding:
    """Topics by why they are held; each pause is twice the last one.

    Times are those of a monotonic clock.
    """

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def hold(self, topic: str, now: float, why: str) -> bool:
        """Let a topic be for a while; return whether that is news."""
        known = self._held.get(topic)
        if known is None:
            self._held[topic] = _Held(now + FIRST_S, FIRST_S, now, why)
            return True
        if now >= known.until:  # several rows failed at once: that is one failure
            pause_s = min(2 * known.pause_s, LONGEST_S)
            known = replace(known, until=now + pause_s, pause_s=pause_s)
        self._held[topic] = replace(known, why=why)
        return False

    def free(self, topic: str) -> bool:
        """It took something; return whether that is news."""
        return self._held.pop(topic, None) is not None

    def held(self, now: float) -> frozenset[str]:
        """The topics that are not to be tried now."""
        return frozenset(t for t, held in self._held.items() if now < held.until)

    def said(self, now: float) -> Mapping[str, str]:
        """Of each held topic: for how long, and why."""
        return {
            topic: f"{topic} has taken nothing for {now - held.since:.0f} s: {held.why}"
            for topic, held in sorted(self._held.items())
        }

    def __bool__(self) -> bool:
        """Whether any is held, its pause over or not."""
        return bool(self._held)
