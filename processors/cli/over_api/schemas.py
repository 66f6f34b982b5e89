"""`bus schemas diff` over the HTTP API, of the versions of the registry there."""

from bus.api import AsyncApi
from processors.cli.over_api.given import Given
from processors.cli.schema_diff import show_difference


async def diff(api: AsyncApi, given: Given) -> int:
    """Two versions side by side."""
    older, newer = given.maybe("older"), given.maybe("newer")
    found = await api.compare_schema_versions(
        given.text("event_type"),
        older=None if older is None else int(older),
        newer=None if newer is None else int(newer),
    )
    return show_difference(found, as_json=given.as_json)
