"""Example events that make sense: whole order lifecycles, from a seed.

For demos, tests and `bus subscriptions test`. The stories are a table; sums agree,
`order_version` counts up, and one `correlation_id` runs through an order's metadata.
"""

from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - only ever seeded by the caller
from uuid import UUID

from bus.errors import EventTypeNotFoundError
from bus.event import Event
from bus.samples.data import data_of
from bus.samples.ops import ops_sample
from bus.samples.order import Fields, Order, draw_order

Step = tuple[str, str]

_START: tuple[Step, ...] = (
    ("order.created", "created"),
    ("order.confirmed", "confirmed"),
    ("inventory.reserved", "confirmed"),
)
_PAID: tuple[Step, ...] = (
    ("payment.authorized", "confirmed"),
    ("payment.captured", "confirmed"),
)
_SENT: tuple[Step, ...] = (
    ("order.status_changed", "in_fulfilment"),
    ("shipment.dispatched", "shipped"),
    ("inventory.adjusted", "shipped"),
    ("shipment.delivered", "delivered"),
)
_DONE: tuple[Step, ...] = (("order.completed", "completed"),)
_DECLINED: tuple[Step, ...] = (("payment.failed", "confirmed"),)
_CANCELLED: tuple[Step, ...] = (
    ("order.cancelled", "cancelled"),
    ("inventory.adjusted", "cancelled"),
)
_FLAGGED: tuple[Step, ...] = (
    ("order.created", "created"),
    ("risk.flagged", "created"),
    ("order.status_changed", "on_hold"),
)
_REFUNDED: tuple[Step, ...] = (
    ("order.status_changed", "returned"),
    ("inventory.adjusted", "returned"),
    ("payment.refunded", "returned"),
)

# Each story as often as its weight says, in a hundred.
STORIES: tuple[tuple[str, int, tuple[Step, ...]], ...] = (
    ("smooth", 64, _START + _PAID + _SENT + _DONE),
    (
        "address changed",
        8,
        (*_START, ("order.updated", "confirmed"), *_PAID, *_SENT, *_DONE),
    ),
    ("declined once", 8, _START + _DECLINED + _PAID + _SENT + _DONE),
    ("never paid", 4, _START + _DECLINED + _DECLINED + _CANCELLED),
    ("changed mind", 5, _START + _CANCELLED),
    ("cleared of fraud", 4, _FLAGGED + _START[1:] + _PAID + _SENT + _DONE),
    ("fraud", 2, (*_FLAGGED, ("order.cancelled", "cancelled"))),
    ("returned", 5, _START + _PAID + _SENT + _REFUNDED),
)
# What no story above tells, each with what came before it: `sample` draws on these.
_RECEIVED: Step = ("order.created", "created")
ASIDE: tuple[tuple[Step, ...], ...] = (
    *(
        (*_START, (event_type, "confirmed"))
        for event_type in (
            "payment.pending",
            "payment.authorization_expired",
            "payment.authorization_cancelled",
        )
    ),
    (*_START, *_PAID, ("payment.disputed", "confirmed")),
    (*_START, ("action.answered", "confirmed")),
    *(
        (_RECEIVED, (event_type, "created"))
        for event_type in (
            "intake.order_received",
            "intake.order_changed",
            "intake.cancellation_requested",
            "intake.payment_reported",
            "intake.shipment_reported",
            "intake.stock_reported",
            "intake.return_requested",
            "intake.action_requested",
        )
    ),
)


def lifecycle(seed: int, started: datetime, pace: float = 1.0) -> list[Event]:
    """Return the events of one order, in order, the first at `started` (aware).

    A day or so lies between the first and the last; `pace` stretches or shrinks
    that, at 0 they are a millisecond apart. The same arguments give the same
    events; another `started` gives other ids.
    """
    rng = Random(f"{seed} {started.isoformat()}")  # noqa: S311 - not a secret
    weights = [weight for _, weight, _ in STORIES]
    ((_, _, steps),) = rng.choices(STORIES, weights)
    return _tell(rng, draw_order(rng, seed, started), steps, pace)


def sample(event_type: str, seed: int, now: datetime) -> Event:
    """Return one event of a type, from the middle of a lifecycle ending at `now`.

    Raises:
        EventTypeNotFoundError: There is no such type among the samples.
    """
    if (own := ops_sample(event_type, seed, now)) is not None:
        return own
    rng = Random(f"{seed} {event_type} {now.isoformat()}")  # noqa: S311 - not a secret
    for steps in (*(steps for _, _, steps in STORIES), *ASIDE):
        types = [step_type for step_type, _ in steps]
        if event_type in types:
            until = types.index(event_type) + 1
            order = draw_order(rng, seed, now - timedelta(milliseconds=until - 1))
            return _tell(rng, order, steps[:until], 0)[-1]
    raise EventTypeNotFoundError("type", f"there is no sample of {event_type!r}")


def _tell(
    rng: Random, order: Order, steps: tuple[Step, ...], pace: float
) -> list[Event]:
    events = []
    for event_type, status in steps:
        if order.version:
            pause = timedelta(minutes=rng.randint(1, 240)) * pace
            order.now += max(pause, timedelta(milliseconds=1))
        order.previous_status, order.status = order.status, status
        order.version += 1
        events.append(_event(rng, order, event_type, data_of(event_type, order, rng)))
    return events


def _event(rng: Random, order: Order, event_type: str, data: Fields) -> Event:
    is_intake = event_type.startswith("intake.")
    place = "/intake/shop-de" if is_intake else f"/oms/{order.channel.split(':')[0]}"
    return Event(
        id=str(UUID(int=rng.getrandbits(128), version=4)),
        type=event_type,
        source=place,
        subject=str(data["order_id"]),
        time=order.now,
        data=data,
    )
