"""Groups of parked orders, as the watch judges them."""

from collections.abc import Sequence

from bus.watch.facts import ParkedFacts
from processors.parked.asking import standing
from processors.parked.world import EVERYBODY, ParkedWorld


def parked_facts(world: ParkedWorld) -> Sequence[ParkedFacts]:
    """All groups: what they put at risk, whether they are new, who looks after them."""
    currency = world.policy.rates.base
    return [
        ParkedFacts(
            group=one.id,
            name=one.cause.name,
            orders=one.count,
            at_risk=one.risk.at_risk,
            currency=currency,
            new=one.new or one.regression,
            assigned=bool(one.assignees),
        )
        for one in standing(world, EVERYBODY).groups
    ]
