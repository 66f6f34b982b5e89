"""The file of receivers: who is told of alerts, what, and when.

    receivers:
      on-call:
        apprise: pagerduty://…
        severity: page
      chat:
        apprise: slack://…
        rules: [burns_*, dead_letters]
        quiet_hours: "22:00-07:00 Europe/Berlin"
      am-1:
        alertmanager: http://am-1:9093
        authorization: Bearer …

It holds secrets: no error repeats what stands there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bus.contracts.yamltext import read_yaml
from bus.errors import ConfigurationError
from bus.expected import expected
from processors.settings.watch import quiet_hours

RESERVED = frozenset({"log", "bus", "mail", "heartbeat"})
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_MOST = 100


class ReceiverSettings(BaseModel):
    """One receiver: where it is, what it wants to hear, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    apprise: SecretStr | None = None
    alertmanager: Annotated[str, Field(pattern=r"^https?://[^\s@]+$")] | None = None
    authorization: SecretStr | None = None
    severity: Literal["page", "ticket"] | None = None
    rules: Annotated[list[str], Field(min_length=1)] = Field(
        default_factory=lambda: ["*"]
    )
    quiet_hours: str | None = None

    @field_validator("quiet_hours", mode="after")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None:
            quiet_hours(value)
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.apprise is None) == (self.alertmanager is None):
            raise ValueError("expected one address: apprise or alertmanager")
        if self.authorization is not None and self.alertmanager is None:
            raise ValueError("authorization is for alertmanager only")
        return self


def read_receivers(text: str, where: str) -> Mapping[str, ReceiverSettings]:
    """Read the text of the file.

    Raises:
        ConfigurationError: which receiver and field is wrong, and what was expected.
    """
    try:
        content = read_yaml(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: {error}") from None
    fields: dict[object, object] = content if isinstance(content, dict) else {}
    listed = fields.get("receivers")
    if not isinstance(listed, dict) or len(fields) != 1:
        raise ConfigurationError(f"{where}: expected `receivers:`, and names below it")
    problems: list[str] = []
    found: dict[str, ReceiverSettings] = {}
    for number, (name, given) in enumerate(listed.items(), 1):
        if why := _refused(name, number):
            problems.append(f"{where}: {why}")
            continue
        try:
            found[str(name)] = ReceiverSettings.model_validate(given)
        except ValidationError as error:
            problems += [f"{where}: {name}: {told}" for told in _told(error)]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return found


def _refused(name: object, number: int) -> str:
    if number > _MOST:
        return f"expected at most {_MOST} receivers"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"receiver {number}: expected a name of small letters, digits, dashes"
    return f"{name} is a name of the watch's own" if name in RESERVED else ""


def _told(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"])
        why = expected(one["type"], one.get("ctx", {}), one["msg"])
        yield f"{place}: {why}" if place else why
