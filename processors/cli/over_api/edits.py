"""`--edited` over the HTTP API."""

from bus.api import AsyncApi
from bus.api.models import EditedLetter, EditedPayload, Replacement
from processors.cli.control import GOOD
from processors.cli.edited import only_event, only_place
from processors.cli.edits_work import read_payload, say_replaced
from processors.cli.moments import place_of
from processors.cli.over_api.given import Given

_SPAN = ("since", "until")


async def edit_letter(api: AsyncApi, given: Given) -> int:
    """Send what the file holds in the place of a refused dead letter."""
    filters = ("types", "orders", "events", "reasons", "since", "until")
    meant = {name: given.all.get(name) for name in filters}
    owner, event = only_event(given.maybe("subscription"), meant)
    payload = read_payload(given.text("edited"))
    body: EditedLetter = {"data": payload.data, "force": given.flag("force")}
    if payload.type is not None:
        body["type"] = payload.type
    done = await api.replace_dead_letter(
        owner, event, body, dry_run=given.flag("dry_run")
    )
    return _told(done, given)


async def edit_item(api: AsyncApi, given: Given) -> int:
    """Publish what the file holds in the place of a quarantined record."""
    filters = {name: given.all.get(name) for name in ("topics", "reasons", *_SPAN)}
    place = place_of(only_place(given.texts("places"), filters))
    payload = read_payload(given.text("edited"))
    body: EditedPayload = {"data": payload.data}
    if payload.type is not None:
        body["type"] = payload.type
    dry_run = given.flag("dry_run")
    return _told(await api.replace_quarantined(*place, body, dry_run=dry_run), given)


def _told(done: Replacement, given: Given) -> int:
    said = {name: value for name, value in done.items() if name != "record"}
    say_replaced(said, as_json=given.as_json)
    return GOOD
