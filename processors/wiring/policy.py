"""What the settings ask of the engine."""

from bus.delivery.breaker import BreakerPolicy
from processors.delivery.deliver import DeliverPolicy
from processors.delivery.engine import EnginePolicy
from processors.delivery.handling import LoopPolicy
from processors.delivery.subscribers import SubscriberPolicy
from processors.settings import Settings


def engine_policy(settings: Settings, share: int) -> EnginePolicy:
    """The engine's part of the settings."""
    breaker = BreakerPolicy(
        consecutive=settings.breaker_consecutive,
        window_s=settings.breaker_window_s,
        window_min=settings.breaker_window_min,
        window_share=settings.breaker_window_share,
        open_s=settings.breaker_open_s,
        open_max_s=settings.breaker_open_max_s,
        probe_successes=settings.breaker_probe_successes,
        fuse_min=settings.breaker_fuse_min,
        fuse_share=settings.breaker_fuse_share,
    )
    return EnginePolicy(
        LoopPolicy(settings.commit_interval_s, settings.drain_s, settings.intake_limit),
        SubscriberPolicy(
            settings.spill_after_s,
            share,
            settings.in_flight_limit,
            breaker,
            settings.expression_steps,
        ),
        DeliverPolicy(settings.first_attempt_budget_s),
        settings.retry_memory,
        settings.registry_patience_s,
    )
