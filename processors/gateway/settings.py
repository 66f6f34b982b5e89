"""The settings of the gateway that answers, over HTTP: what is so, and who said it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply, Route


class SettingShown(Model):
    """A setting as it is in force."""

    name: str
    variable: str
    value: Annotated[
        str | None,
        Field(description="As it is written; `set` of a secret; null: there is none."),
    ]
    origin: Literal["default", "environment", "file", "option"]
    place: Annotated[
        str, Field(description="The variable, option or file that says so.")
    ]
    secret: bool
    meaning: str


class SettingsShown(Model):
    """All settings of one process, the gateway that was asked."""

    process: Annotated[str, Field(description="Its host and process id.")]
    data: Sequence[SettingShown]


async def get_settings(asked: Asked) -> Reply:
    """Those of this process; others may be told otherwise."""
    told = asked.api.told
    data = [SettingShown.model_validate(one.plain) for one in told.settings]
    return Reply(content=SettingsShown(process=told.process, data=data))


ROUTES = (
    Route(
        method="GET",
        path="/v1/settings",
        operation="getSettings",
        summary="The settings of the gateway that answers, and where each comes from.",
        description="Of secrets it is said that they are set, never what they are. "
        "Other processes, also another gateway, may be told otherwise: `bus config` "
        "says it of where it runs.",
        tag="Operations",
        scope=Scope.SETTINGS_READ,
        handler=get_settings,
        answer=SettingsShown,
    ),
)
