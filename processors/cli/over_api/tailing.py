"""`bus tail` over the HTTP API."""

from contextlib import suppress

from bus.api import AsyncApi
from processors.cli.control import GOOD
from processors.cli.over_api.given import Given
from processors.cli.tail_view import EnoughError, Printer, say_listening


async def tail(api: AsyncApi, given: Given) -> int:
    """Print what comes, for ever; a gateway that goes away is waited for."""
    printer = Printer(as_json=given.as_json, count=int(given.text("count") or 0))
    messages = api.stream(
        kind=given.text("what").removesuffix("s") or None,
        type=given.texts("types"),
        order=given.texts("orders"),
        subscription=given.texts("subscriptions"),
        outcome=given.texts("outcomes"),
        last_id=given.text("last_id"),
    )
    say_listening(as_json=given.as_json)
    with suppress(EnoughError):
        async for message in messages:
            if message.kind != "end":
                printer.show(*message)
    return GOOD
