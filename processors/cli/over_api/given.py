"""What was typed, read as what it is."""

from collections.abc import Mapping, Sequence
from enum import Enum


class Given:
    """The parameters of a command by name; enumerations as their words."""

    def __init__(self, parameters: Mapping[str, object]) -> None:
        self.all = {name: _plain(value) for name, value in parameters.items()}

    def text(self, name: str) -> str:
        """A text; empty if it was not given."""
        value = self.all.get(name)
        return "" if value is None else str(value)

    def maybe(self, name: str) -> str | None:
        """A text; None if it was not given."""
        value = self.all.get(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Whether it was given."""
        return bool(self.all.get(name))

    def texts(self, name: str) -> Sequence[str]:
        """All that was given under a name."""
        value = self.all.get(name)
        return [str(one) for one in value] if isinstance(value, list | tuple) else []

    @property
    def as_json(self) -> bool:
        """Whether one JSON document is wanted."""
        return self.flag("as_json")


def as_here(row: Mapping[str, object]) -> dict[str, object]:
    """A row as the command has it on Kafka: without what only the API says."""
    return {name: value for name, value in row.items() if name not in _OF_THE_API}


_OF_THE_API = frozenset({"actions", "record"})


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value
