"""`bus audit` over the HTTP API, from the log."""

from typing import cast

from bus.api import AsyncApi
from bus.api.async_calls.audit import ListAuditEntity
from bus.api.models import ChangeShown
from processors.cli.audit_view import print_history
from processors.cli.control import GOOD, print_json
from processors.cli.over_api.given import Given


async def audit(api: AsyncApi, given: Given) -> int:
    """Who changed what, oldest first; no more is read than is shown."""
    tenant, limit = given.maybe("tenant"), int(given.text("limit") or 0)
    changes = api.list_audit(
        limit=250,
        since=given.maybe("since"),
        until=given.maybe("until"),
        entity=cast("ListAuditEntity", given.maybe("kind")),
        id=given.maybe("entity_id"),
        actor=given.maybe("actor"),
    )
    rows: list[ChangeShown] = []
    more = False
    async for change in changes:
        if tenant not in {None, change["tenant"]}:
            continue
        if limit and len(rows) == limit:
            more = True
            break
        rows.append(change)
    rows.reverse()
    if given.as_json:
        print_json(rows)
    else:
        print_history([{**row} for row in rows], "some" if more else "")
    return GOOD
