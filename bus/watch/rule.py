"""A rule: what is judged, and what follows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from bus.watch.facts import Facts, Part
from bus.watch.limits import Limits
from bus.watch.verdicts import Health, Said, Severity

Judge: TypeAlias = Callable[[Facts, Limits], Iterable[Said]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is judged, and what follows.

    An alert fires once it was so for `for_s`, and is resolved once it was not for
    `clear_s`. Meanwhile its subject is in `state`. Without an answer to one of `needs`
    nobody knows, and all stays as it was. `runbook` is a section of deploy/runbook.md.
    """

    name: str
    severity: Severity
    judge: Judge
    runbook: str
    state: Health = Health.DEGRADED
    needs: frozenset[Part] = frozenset()
    for_s: float = 0.0
    clear_s: float = 60.0

    @property
    def meaning(self) -> str:
        """One sentence: what it tells."""
        return (self.judge.__doc__ or _BURNING).partition("\n")[0]


_BURNING = "More deliveries fail, or are late, than the error budget allows."
