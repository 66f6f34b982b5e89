"""Where the value of a setting comes from."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, PrivateAttr


class Origin(StrEnum):
    """What said it; of several, the first one here counts."""

    OPTION = "option"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


class Source(NamedTuple):
    """What said it, and where exactly: an option, a variable, a file."""

    origin: Origin
    place: str = ""


DEFAULT = Source(Origin.DEFAULT)


class Sourced(BaseModel):
    """A part of `Settings`: it remembers what said what."""

    _sources: dict[str, Source] = PrivateAttr(default_factory=dict)

    @property
    def sources(self) -> Mapping[str, Source]:
        """What said each setting that is no default; librdkafka's as `kafka.NAME`."""
        return self._sources

    def chosen(self, sources: Mapping[str, Source], **values: object) -> Self:
        """The same but for these values, and what said them."""
        copy = self.model_copy(update=values)
        copy._sources = {**self._sources, **sources}  # noqa: SLF001 - our own
        return copy
