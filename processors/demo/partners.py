"""The partners of the demo: what they subscribe to, and how their endpoints behave."""

from collections.abc import Collection
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bus.delivery.endpoint import Kind
from bus.event import Event
from processors.receiver import Behaviour

_DEAD_MAX_AGE_S = 40.0


@dataclass(frozen=True, slots=True)
class Partner:
    """One subscription and its endpoint; `via` is what it is reached by."""

    id: str
    is_: str
    types: tuple[str, ...]
    behaviour: Behaviour
    options: dict[str, object] = field(default_factory=dict)
    via: Kind = Kind.HTTP

    @property
    def path(self) -> str:
        """Where on the receiver its endpoint is."""
        return f"/{self.id}"

    def wants(self, event: Event) -> bool:
        """Whether its event types cover an event."""
        return any(fnmatchcase(event.type, pattern) for pattern in self.types)


def partners(
    picky_order: str, secret: str, kinds: Collection[Kind] = ()
) -> tuple[Partner, ...]:
    """All partners; `picky_order` is the one order that the picky one cannot take.

    `kinds` are those of endpoints that there are beside webhooks.
    """
    others = (one for one in _by_other_ways(secret) if one.via in kinds)
    return (*_by_webhook(picky_order, secret), *others)


def _by_other_ways(secret: str) -> tuple[Partner, ...]:
    signed = Behaviour(secret=secret)
    ordered: dict[str, object] = {"ordering": "key"}
    some = ("order.*", "shipment.*")
    return (
        Partner("wms", "good, by gRPC", some, signed, ordered, Kind.GRPC),
        Partner("lake", "a topic of Kafka", ("*",), signed, via=Kind.KAFKA),
        Partner("shelves", "a stream of NATS", ("order.*",), signed, via=Kind.NATS),
    )


def _by_webhook(picky_order: str, secret: str) -> tuple[Partner, ...]:
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
