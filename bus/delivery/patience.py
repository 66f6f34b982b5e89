"""How long records wait for a schema that the registry refuses to give.

A registry that is away, for everybody, is waited for without end: then nothing is
known of any schema. One that gives other schemas and refuses this one is asked again
and again until it has refused for `patience_s`; the time it was away does not count.
After that the refusal stands for `again_s`, and one more refusal renews it.
"""

from collections.abc import Hashable
from dataclasses import dataclass

_REMEMBERED = 10_000


@dataclass(slots=True)
class _Case:
    waited_s: float = 0.0
    asked_at: float | None = None


class Patience:
    """The refusals of one process; moments are monotonic seconds."""

    def __init__(self, patience_s: float = 60.0, again_s: float = 30.0) -> None:
        self.patience_s = patience_s
        self.again_s = again_s
        self._cases: dict[Hashable, _Case] = {}

    def refused(self, ref: Hashable, asked_at: float) -> float:
        """Note a refusal; return how much longer to wait, 0: it stands.

        Time counts from question to question: how long we took to hear of an answer
        says nothing of the registry.
        """
        case = self._cases.setdefault(ref, _Case())
        if case.asked_at is not None:
            case.waited_s += asked_at - case.asked_at
        case.asked_at = asked_at
        if len(self._cases) > _REMEMBERED:
            self._cases.pop(next(iter(self._cases)))
        return max(self.patience_s - case.waited_s, 0.0)

    def away(self, ref: Hashable) -> None:
        """Note that the registry gives no schema at all: the clock stands."""
        if case := self._cases.get(ref):
            case.asked_at = None

    def settled(self, ref: Hashable) -> None:
        """Forget what was refused: the registry has answered for it."""
        self._cases.pop(ref, None)
