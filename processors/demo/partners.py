"""The partners of the demo: what they subscribe to, and how their endpoints behave."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bus.event import Event
from processors.receiver import Behaviour

_DEAD_MAX_AGE_S = 40.0


@dataclass(frozen=True, slots=True)
class Partner:
    """One subscription and its endpoint."""

    id: str
    is_: str
    types: tuple[str, ...]
    behaviour: Behaviour
    options: dict[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where on the receiver its endpoint is."""
        return f"/{self.id}"

    def wants(self, event: Event) -> bool:
        """Whether its event types cover an event."""
        return any(fnmatchcase(event.type, pattern) for pattern in self.types)


def partners(picky_order: str, secret: str) -> tuple[Partner, ...]:
    """All partners; `picky_order` is the one order that the picky one cannot take."""
    return (
        Partner("erp", "good", ("*",), Behaviour(secret=secret)),
        Partner(
            "portal",
            "good, ordered",
            ("order.*", "shipment.*"),
            Behaviour(),
            {"ordering": "key"},
        ),
        Partner("analytics", "slow, 300 ms", ("order.*",), Behaviour(latency_ms=300)),
        Partner(
            "sms-gateway",
            "flaky, 15 % 503",
            ("order.*", "shipment.*"),
            Behaviour(fail_share=0.15, fail_status=503),
        ),
        Partner(
            "edi",
            "takes XML only",
            ("order.*", "inventory.*"),
            Behaviour(only_type="application/xml"),
            {"accept": "application/xml"},
        ),
        Partner(
            "bank",
            "chokes on one order",
            ("payment.captured",),
            Behaviour(fail_orders=frozenset({picky_order})),
        ),
        Partner(
            "old-shop",
            "dead",
            ("order.created",),
            Behaviour(status=503),
            {"max_age_s": _DEAD_MAX_AGE_S},
        ),
    )
