"""`bus keys` over the HTTP API: what the key that asks may do, no more."""

from typing import cast

from bus.api import AsyncApi
from bus.api.models import KeyMade, NewKey
from bus.errors import InvalidKeyError
from bus.times import read_rfc3339
from processors.cli.control import GOOD
from processors.cli.keys_view import (
    ask_to_revoke,
    list_keys,
    print_link,
    print_made,
    print_revoked,
)
from processors.cli.over_api.given import Given, as_here
from processors.clock import SystemClock

_MINUTE_S = 60


async def create(api: AsyncApi, given: Given) -> int:
    """Make one; its token is told this once."""
    wish: dict[str, object] = {
        name: given.text(name) for name in ("role", "tenant", "description")
    }
    if (expires := given.maybe("expires")) is not None:
        wish["expires_in"] = _from_now(expires)
    return _told(await api.create_key(cast("NewKey", wish)), "created", given)


async def list_(api: AsyncApi, given: Given) -> int:
    """All that are there for the key that asks."""
    tenant = given.maybe("tenant")
    rows = [
        as_here(key)
        async for key in api.list_keys(limit=250)
        if tenant in {None, key["tenant"]}
    ]
    list_keys(rows, {}, as_json=given.as_json)
    return GOOD


async def rotate(api: AsyncApi, given: Given) -> int:
    """A new token, told this once."""
    overlap = given.text("overlap")
    made = await api.rotate_key(given.text("key_id"), {"overlap": overlap})
    return _told(made, f"rotated, the old token counts for {overlap}", given)


async def revoke(api: AsyncApi, given: Given) -> int:
    """End it for good, after asking."""
    key_id = given.text("key_id")
    ask_to_revoke(as_here(await api.get_key(key_id)), yes=given.flag("yes"))
    print_revoked(as_here(await api.revoke_key(key_id)), as_json=given.as_json)
    return GOOD


async def portal_link(api: AsyncApi, given: Given) -> int:
    """A link to the portal; where it leads is the gateway that was asked."""
    made = await api.make_portal_link(
        {
            "tenant": given.text("tenant"),
            "role": "reader" if given.text("role") == "reader" else "partner",
            "expires_in": given.text("open_for"),
        }
    )
    place = given.maybe("gateway") or api.url
    print_link(as_here(made), place, as_json=given.as_json)
    return GOOD


def _told(made: KeyMade, done: str, given: Given) -> int:
    print_made(as_here(made["key"]), made["token"], done, as_json=given.as_json)
    return GOOD


def _from_now(text: str) -> str:
    """A time to come as the span until then; a span as it was typed."""
    try:
        moment = read_rfc3339(text)
    except ValueError:
        return text
    left_s = moment.timestamp() - SystemClock().now()
    if left_s <= 0:
        raise InvalidKeyError("--expires", "expected a time to come")
    return f"{left_s / _MINUTE_S:.3f}m"
