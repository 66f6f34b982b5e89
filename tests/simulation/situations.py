"""Worlds made for what chance alone hardly ever brings together.

Some bugs show only where two or three things meet: such a meeting is arranged in a
share of the plans, so that a bug of its kind is found soon, whatever the seeds are.
"""

from dataclasses import replace
from random import Random

from tests.simulation.plan import (
    PATIENCE_S,
    SCHEMAS,
    Kind,
    Mood,
    Plan,
    Refusal,
    Trouble,
    seeded,
)

_SHARE = 0.1
_FANOUT = 5
"""A trouble's callbacks that mean the fanout's member."""


def situated(plan: Plan) -> Plan:
    """The plan itself, or one like it in which something rare comes to pass."""
    random = seeded(f"situation {plan.seed}")
    if plan.options.calm:
        return _neighbours(plan, random) if random.random() < _OF_CALM else plan
    return _taken_again(plan, random) if random.random() < _SHARE else plan


_OF_CALM = 0.5


def _neighbours(plan: Plan, random: Random) -> Plan:
    """One partner is well, another is not or a schema is missing; nothing else is."""
    well, other, *rest = plan.partners
    partners = (
        replace(well, mood=Mood.GOOD, concurrency=100, rate=None, filtered=False),
        replace(other, mood=random.choice((Mood.HANGING, Mood.SLOW, Mood.FAILING))),
        *rest,
    )
    refusal = plan.refusal
    if random.random() < _OF_CALM:
        first = min(plan.sends, key=lambda send: send.at)
        until = first.at + random.choice((PATIENCE_S / 2, float("inf")))
        refusal = Refusal(first.number % SCHEMAS, until)
    return replace(plan, partners=partners, troubles=(), refusal=refusal)


def _taken_again(plan: Plan, random: Random) -> Plan:
    """A full process loses partitions and gets them back, with records on the way."""
    burst_s = random.choice((0.05, 0.5))
    sends = tuple(
        replace(send, at=1.0 + random.random() * burst_s) for send in plan.sends
    )
    options = replace(plan.options, processes=1, intake_limit=4)
    troubles = tuple(
        Trouble(1.0 + random.random(), Kind.EXPEL, random.randrange(2), 0.3, _FANOUT)
        for _ in range(random.randint(1, 3))
    )
    return replace(
        plan,
        options=options,
        sends=tuple(sorted(sends, key=lambda send: send.at)),
        troubles=(*troubles, *plan.troubles),
    )
