"""The settings of the watch, which judges whether the bus is well."""

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, SecretStr, field_validator

from bus.delivery.choices import MAILBOX

_Positive = Annotated[float, Field(gt=0)]
_HTTP = re.compile(r"https?://[^\s/]+\S*")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) (\S+)")


class WatchSettings(BaseModel):
    """A part of `Settings`; every name begins with `watch_`."""

    watch_every_s: _Positive = Field(5, description="How often the watch looks.")
    watch_success: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.995,
        description="The objective of all subscriptions that have none of their "
        "own: which share of deliveries is accepted in time, over 30 days.",
    )
    watch_p95_s: _Positive = Field(
        2, description="The same: 95 of 100 attempts take less."
    )
    watch_lag_s: _Positive = Field(
        60, description="How old an event may get before its first attempt."
    )
    watch_quiet_hours: str | None = Field(
        None,
        description="When nobody is told but of pages: `22:00-07:00 Europe/Berlin`.",
    )
    watch_receivers_file: Path | None = Field(
        None,
        description="File of who is told: Alertmanagers, and whoever Apprise reaches. "
        "Holds secrets, mode 0600.",
    )
    watch_mail_url: SecretStr | None = Field(
        None,
        description="Relay of mail to whom subscriptions name (`mail_to`): "
        "`smtp://user:password@host:587` (STARTTLS) or `smtps://…`. None: no mail.",
    )
    watch_mail_from: Annotated[str, Field(pattern=MAILBOX)] | None = Field(
        None, description="The sender of that mail; needed with it."
    )
    watch_heartbeat_url: SecretStr | None = Field(
        None,
        description="Asked every minute as long as the watch judges and sees: for a "
        "monitor outside.",
    )
    watch_heartbeat_method: Literal["GET", "POST"] = Field(
        "GET", description="How it is asked."
    )
    watch_dashboard_url: str = Field(
        "", description="Where notices say that more is to be seen."
    )
    watch_runbook_url: str = Field(
        "deploy/runbook.md",
        description="The runbook that notices name a section of.",
    )

    @field_validator("watch_heartbeat_url", mode="after")
    @classmethod
    def _http(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _HTTP.fullmatch(value.get_secret_value()):
            raise ValueError("expected an absolute http or https URL")
        return value

    @field_validator("watch_quiet_hours", mode="after")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None:
            quiet_hours(value)
        return value


def quiet_hours(text: str) -> tuple[time, time, ZoneInfo]:
    """Read quiet hours: from, to, and by the clocks of which place.

    Raises:
        ValueError: it says what was expected.
    """
    found = _QUIET.fullmatch(text)
    if found is None:
        raise ValueError("expected `22:00-07:00 Europe/Berlin`")
    start, end = (time(int(found[n]), int(found[n + 1])) for n in (1, 3))
    try:
        return start, end, ZoneInfo(found[5])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{found[5]} is no time zone; expected one as Europe/Berlin or UTC"
        ) from None
