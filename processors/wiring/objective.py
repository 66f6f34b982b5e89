"""What all subscriptions aim at, by the settings."""

from bus.watch.facts import Objective
from processors.settings import Settings


def objective_of_all(settings: Settings) -> Objective:
    """The objective of a subscription that has none of its own."""
    return Objective(success=settings.watch_success, p95_s=settings.watch_p95_s)
