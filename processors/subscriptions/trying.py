"""What came of a test event, as it may be shown."""

from processors.subscriptions.showing import Shown
from processors.subscriptions.trial import Trial


def trial_shown(trial: Trial) -> Shown:
    """A trial as plain values."""
    return {
        "outcome": trial.outcome.name,
        "status": getattr(trial.outcome, "status", None),
        "kind": getattr(trial.outcome, "kind", None),
        "detail": getattr(trial.outcome, "detail", ""),
        "latency_ms": round(trial.latency_ms, 1),
        "event_type": trial.event_type,
        "passes_filter": trial.wanted,
        "excerpt": trial.excerpt,
        "sent": {
            "headers": dict(trial.headers),
            "body": trial.body.decode(errors="replace"),
        },
    }
