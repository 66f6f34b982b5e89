"""An order: all its events and their deliveries on one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import Field

from bus.access.roles import Scope
from bus.log.rows import EventRow
from bus.log.tracks import Track
from processors.gateway.model import Model
from processors.gateway.reaching import Reach, of_order, reach
from processors.gateway.routes import Asked
from processors.web.charts import Picture
from processors.web.events.picturing import picture
from processors.web.pages import Page


class OrderQuery(Model):
    """Whose deliveries are shown; empty: all."""

    subscription: Annotated[str, Field(max_length=100)] = ""


class Told(NamedTuple):
    """One event of the order. Without `at` the log has it no more."""

    id: str
    type: str
    event: EventRow | None
    reach: Reach


@dataclass(frozen=True, slots=True)
class OrderView:
    """What the template reads."""

    order: str
    events: Sequence[Told]
    reach: Reach
    subscriptions: Sequence[str]
    query: OrderQuery
    picture: Picture
    lag: str
    cut: bool


async def view(asked: Asked) -> OrderView:
    """The order that the path names."""
    query, name = asked.query_as(OrderQuery), asked.path["order"]
    known = await of_order(asked, name)
    wanted = query.subscription
    shown = [one for one in known.tracks if wanted in {"", one.subscription}]
    return OrderView(
        order=name,
        events=_told(known.events, shown),
        reach=reach(shown),
        subscriptions=sorted({one.subscription for one in known.tracks}),
        query=query,
        picture=picture(
            "Deliveries",
            sorted(shown, key=_began),
            {row.event_id: row.arrived_us for row in known.events},
            of_order=True,
        ),
        lag=known.lag,
        cut=known.cut,
    )


def _began(track: Track) -> tuple[int, str]:
    return track.tried[0].row.started_us, track.subscription


def _told(events: Sequence[EventRow], shown: Sequence[Track]) -> Sequence[Told]:
    """The newest first; events that only their attempts tell of come last."""
    there = {row.event_id: row for row in events}
    types = {row.event_id: row.event_type for row in events}
    types |= {one.event_id: one.event_type for one in shown}
    return [
        Told(
            event_id,
            event_type,
            there.get(event_id),
            reach([one for one in shown if one.event_id == event_id]),
        )
        for event_id, event_type in types.items()
    ]


PAGES = (
    Page(
        path="/orders/{order}",
        name="order",
        scope=Scope.DELIVERIES_READ,
        view=view,
        template="order.html.j2",
        query=OrderQuery,
        tenants=True,
        example={"order": "SO-000009-5347B"},
    ),
)
