"""Settings as they are in force: each with its value and where that comes from.

Of what is a secret it is said that it is set, never what it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from processors.settings.model import ENV_PREFIX, Settings
from processors.settings.sources import DEFAULT, Origin, Source

SET = "set"
"""What is said of a secret."""
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A setting; `value` is None where there is none, `place` what said it."""

    name: str
    variable: str
    value: str | None
    origin: Literal["default", "environment", "file", "option"]
    place: str
    secret: bool
    meaning: str

    @property
    def plain(self) -> Mapping[str, object]:
        """As JSON has it."""
        return asdict(self)


def in_force(settings: Settings) -> Iterator[InForce]:
    """Every setting, in the order of the documentation; librdkafka's by name."""
    fields = type(settings).model_fields
    values = dict(settings)
    for name in sorted(fields, key=lambda one: one not in Settings.__annotations__):
        if name == "kafka":
            yield from _of_kafka(settings)
            continue
        value = values[name]
        yield _told(
            name,
            value=_said(value),
            source=settings.sources.get(name, DEFAULT),
            secret=isinstance(value, SecretStr) or "SecretStr" in str(fields[name]),
            meaning=str(fields[name].description),
        )


def _of_kafka(settings: Settings) -> Iterator[InForce]:
    for name in sorted(settings.kafka):
        source = settings.sources.get(f"kafka.{name}", Source(Origin.OPTION))
        yield _told(
            f"kafka_{name.replace('.', '_')}",
            value=SET,
            source=source,
            secret=True,
            meaning=f"`{name}` of librdkafka.",
        )


def _told(
    name: str, *, value: str | None, source: Source, secret: bool, meaning: str
) -> InForce:
    return InForce(
        name=name,
        variable=f"{ENV_PREFIX}{name.upper()}",
        value=value,
        origin=source.origin.value,
        place=source.place,
        secret=secret,
        meaning=meaning,
    )


def _said(value: object) -> str | None:
    """A value as it would be written, without a secret or a login in it."""
    if value is None or value in ((), ""):
        return None
    if isinstance(value, SecretStr):
        return SET
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    texts = value if isinstance(value, tuple) else (value,)
    return _LOGIN.sub("", ",".join(map(_text, texts)))


def _text(value: object) -> str:
    return value.as_posix() if isinstance(value, Path) else str(value)
