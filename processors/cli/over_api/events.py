"""`bus events send` and `search` over the HTTP API."""

from collections.abc import Mapping
from typing import cast

from bus.api import AsyncApi
from bus.api.models import NewEvent
from bus.webhook.document import plain
from processors.cli.control import GOOD, read_text
from processors.cli.events_data import made_up, read_data, say_sent
from processors.cli.events_search import Part, search_on
from processors.cli.over_api.given import Given, as_here


async def send(api: AsyncApi, given: Given) -> int:
    """Publish one, made up or with data from a file."""
    row = (await api.publish_events(_event(given)))["data"][0]
    about = (row["type"], str(row["id"]), str(row["order_id"]))
    place = (str(row["topic"]), int(row["partition"] or 0), int(row["offset"] or 0))
    say_sent(about, place, as_json=given.as_json)
    return GOOD


def _event(given: Given) -> NewEvent:
    event_type, order = given.text("event_type"), given.maybe("order")
    id_ = given.maybe("event_id")
    if (file := given.maybe("file")) is not None:
        data: Mapping[str, object] = read_data(order, read_text(file))
        own: NewEvent = {"type": event_type, "data": data}
        return own if id_ is None else {**own, "id": id_}
    event = made_up(event_type, order)
    data = cast("Mapping[str, object]", plain(event.data))
    return {"type": event_type, "data": data, "id": event.id if id_ is None else id_}


async def search(api: AsyncApi, given: Given) -> int:
    """One bounded search after the other."""
    cursor: str | None = None

    async def go_on(wanted: int) -> Part:
        nonlocal cursor
        found = await api.search_payload(
            text=given.text("text"),
            type=given.texts("types"),
            since=given.text("since"),
            limit=wanted,
            cursor=cursor,
        )
        cursor = found["next"]
        rows = [as_here(row) for row in found["data"]]
        more = cursor is not None
        return Part(rows, found["read"], found["left"], found["back_to"], more)

    limit = int(given.text("limit"))
    return await search_on(go_on, limit, as_json=given.as_json)
