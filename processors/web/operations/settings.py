"""The settings of the gateway that shows the page, and where each comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model
from processors.gateway.routes import Asked
from processors.gateway.settings import SettingShown, SettingsShown, get_settings
from processors.web.asking import asking, content_of
from processors.web.pages import Page

ORIGINS = ("option", "environment", "file", "default")


class SettingsQuery(Model):
    """Which settings are shown."""

    q: Annotated[str, Field(max_length=100)] = ""
    origin: Literal["", "option", "environment", "file", "default"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """What the template reads; `process` is who was told so."""

    query: SettingsQuery
    process: str
    rows: Sequence[SettingShown]
    all: int
    changed: int
    origins: Sequence[str] = ORIGINS


async def view(asked: Asked) -> SettingsView:
    """All of them, in the order of the documentation."""
    query = asked.query_as(SettingsQuery)
    told = content_of(await get_settings(asking(asked)), SettingsShown)
    return SettingsView(
        query=query,
        process=told.process,
        rows=[one for one in told.data if _fits(one, query)],
        all=len(told.data),
        changed=sum(one.origin != "default" for one in told.data),
    )


def _fits(one: SettingShown, query: SettingsQuery) -> bool:
    text = f"{one.variable} {one.name} {one.meaning} {one.value or ''}".lower()
    return query.q.lower() in text and query.origin in {"", one.origin}


PAGES = (
    Page(
        path="/settings",
        name="settings",
        scope=Scope.SETTINGS_READ,
        view=view,
        template="settings.html.j2",
        query=SettingsQuery,
        nav="Settings",
        find="q",
    ),
)
