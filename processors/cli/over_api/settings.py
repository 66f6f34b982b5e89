"""`bus config` over the HTTP API: the settings of the gateway that answers."""

from bus.api import AsyncApi
from processors.cli.config_view import Narrowing, print_settings
from processors.cli.control import GOOD
from processors.cli.over_api.given import Given


async def config(api: AsyncApi, given: Given) -> int:
    """Those of that process."""
    told = await api.get_settings()
    wanted = Narrowing(tuple(given.texts("words")), changed=given.flag("changed"))
    whose = f"the gateway {told['process']}"
    print_settings(told["data"], wanted, whose, as_json=given.as_json)
    return GOOD
