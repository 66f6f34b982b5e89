"""What is sent and answered: settings."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class SettingShown(TypedDict):
    """A setting as it is in force."""

    name: str
    variable: str
    value: str | None
    origin: Literal["default", "environment", "file", "option"]
    place: str
    secret: bool
    meaning: str


class SettingsShown(TypedDict):
    """All settings of one process, the gateway that was asked."""

    process: str
    data: Sequence[SettingShown]
