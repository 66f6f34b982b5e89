"""A failing plan made small: what is not needed for the failure is left out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from tests.simulation.plan import Options, Plan
from tests.simulation.simulation import Verdict

Simulate = Callable[[Plan], Verdict]
Item = TypeVar("Item")


def shrink(verdict: Verdict, simulate: Simulate, most: int = 400) -> Verdict:
    """The smallest plan found that breaks one of the same promises, as it came out."""
    broken = promises(verdict)
    best, tried, shrunk = verdict, 0, True
    while shrunk:
        shrunk = False
        for plan in _smaller(best.plan):
            tried += 1
            if tried > most:
                return best
            found = simulate(plan)
            if promises(found) & broken:
                best, shrunk = found, True
                break
    return best


def promises(verdict: Verdict) -> set[str]:
    """The names of the promises that were broken."""
    return {violation.split(":")[0] for violation in verdict.violations}


def _smaller(plan: Plan) -> Iterator[Plan]:
    for kept in _fewer(plan.troubles):
        yield replace(plan, troubles=kept)
    for kept_partners in _fewer(plan.partners):
        if kept_partners:
            yield replace(plan, partners=kept_partners)
    if plan.refusal is not None:
        yield replace(plan, refusal=None)
    for kept_sends in _fewer(plan.sends):
        yield replace(plan, sends=kept_sends)
    for options in _simpler(plan.options):
        yield replace(plan, options=options)


def _fewer(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    size = len(items) // 2
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size //= 2


def _simpler(options: Options) -> Iterator[Options]:
    plain = replace(
        options,
        processes=1,
        shuffle=False,
        refused=0.0,
        acks_lost=0.0,
        commits_lost=0.0,
        intake_limit=8192,
        in_flight=2000,
        waiting_limit=500,
    )
    for name in plain.__dataclass_fields__:
        simpler = replace(options, **{name: getattr(plain, name)})
        if simpler != options:
            yield simpler
