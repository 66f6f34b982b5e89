"""Who takes part: subscriptions, how much each gets, how its endpoint answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from random import Random

from tests.day.flow import Answer, Endpoint


@dataclass(frozen=True, slots=True)
class Partner:
    """A subscription: the share of each topic's events it gets, its usual latency."""

    name: str
    shares: Mapping[str, float]
    usual_s: float = 0.15


PARTNERS = (
    Partner("erp", {"oms.order": 0.03, "oms.payment": 0.1}, 0.08),
    Partner("wms", {"oms.order": 0.01, "oms.shipment": 0.2}, 0.12),
    Partner("crm", {"oms.order": 0.02}, 0.35),
    Partner("mail", {"oms.order": 0.02}, 0.2),
    Partner("bi", {"oms.inventory": 0.1, "oms.risk": 0.5}, 0.05),
    Partner("ledger", {"oms.payment": 0.2}, 0.1),
    Partner("fraud", {"oms.risk": 1.0, "oms.payment": 0.05}, 0.25),
    Partner("loyalty", {"oms.order": 0.015}, 0.3),
    Partner("tax", {"oms.payment": 0.1}, 0.6),
    Partner("carrier-a", {"oms.shipment": 0.15}, 0.25),
    Partner("carrier-b", {"oms.shipment": 0.15}, 0.3),
    Partner("market-a", {"oms.inventory": 0.06}, 0.2),
    Partner("market-b", {"oms.inventory": 0.05}, 0.4),
    Partner("boutique", {"oms.order": 0.002}, 0.2),
)
_FAILS, _REFUSES = 0.001, 0.0002
"""What comes of attempts on any day: now and then a 503, hardly ever a 422."""


def well(usual_s: float) -> Endpoint:
    """An endpoint on a good day."""
    middle = log(usual_s)

    def answer(random: Random) -> Answer:
        took_s = min(exp(random.gauss(middle, 0.5)), 4.5)
        luck = random.random()
        if luck < _REFUSES:
            return 422, took_s
        return (503 if luck < _REFUSES + _FAILS else 202), took_s

    return answer


def always(said: int | str, took_s: float = 0.05) -> Endpoint:
    """An endpoint that gives one answer."""
    return lambda _random: (said, took_s)


def often(share: float, ill: Endpoint, good: Endpoint) -> Endpoint:
    """An endpoint that is ill so often."""
    return lambda random: (ill if random.random() < share else good)(random)
