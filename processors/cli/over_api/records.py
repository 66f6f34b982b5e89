"""`bus events show` over the HTTP API."""

from bus.api import AsyncApi
from bus.webhook.rendering import Representation, render
from processors.cli.control import FAILED, GOOD
from processors.cli.moments import place_of
from processors.cli.over_api.given import Given
from processors.cli.record_view import DATA, print_body, print_record


async def show(api: AsyncApi, given: Given) -> int:
    """What stands at a place, whole or its body."""
    place, form = place_of(given.text("place")), given.maybe("body")
    if form in {None, DATA}:
        row = await api.get_record(*place)
        print_record({**row}, form, as_json=given.as_json)
        return GOOD if form is None or row["data"] is not None else FAILED
    document = await api.get_record_body(*place)
    representation = Representation[str(form).upper()]
    # The same in all forms, so that any can be made of the first.
    print_body(render(dict(document), representation).decode(), representation)
    return GOOD
