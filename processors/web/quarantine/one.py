"""One quarantined record: what is wrong, what to do, what could be read."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.quarantine import get_items
from processors.gateway.quarantine_models import ItemsAt, ItemWhole
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page

MOST_SHOWN = 4_000
PATH = "/quarantine/{topic}/{partition}/{offset}"
EXAMPLE = {"topic": "oms.order", "partition": "0", "offset": "900"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """What the template reads; `items` are of one place, the newest first."""

    items: Sequence[ItemWhole]
    content: str
    text: str
    cut: bool

    @property
    def one(self) -> ItemWhole:
        """The newest."""
        return self.items[0]


async def view(asked: Asked) -> ItemView:
    """What was put aside from the place that the path names."""
    items = await items_at(asked)
    event, value = items[0].event, value_of(items[0])
    return ItemView(
        items=items,
        content="" if event is None else json.dumps(dict(event), indent=2),
        text=value[:MOST_SHOWN].decode(errors="backslashreplace"),
        cut=len(value) > MOST_SHOWN,
    )


async def items_at(asked: Asked) -> Sequence[ItemWhole]:
    """All that were put aside from there; those that can be edited first."""
    found = content_of(await get_items(asking(asked)), ItemsAt).data
    return sorted(found, key=lambda one: ("replace" in one.actions, one.at))[::-1]


def value_of(one: ItemWhole) -> bytes:
    """The bytes of its value."""
    return base64.b64decode(one.value or "")


PAGES = (
    Page(
        path=PATH,
        name="quarantinedRecord",
        scope=Scope.QUARANTINE_READ,
        view=view,
        template="quarantine_one.html.j2",
        example=EXAMPLE,
    ),
)
