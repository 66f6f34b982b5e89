"""The name of a table, with its schema or without."""

import re
from dataclasses import dataclass

from bus.errors import ConfigurationError

_NAME = re.compile(r"(?:([A-Za-z_][A-Za-z0-9_]{0,62})\.)?([A-Za-z_][A-Za-z0-9_]{0,47})")


@dataclass(frozen=True, slots=True)
class TableName:
    """A table, `orderbus_outbox` or `oms.orderbus_outbox`."""

    name: str
    schema: str | None = None

    @property
    def quoted(self) -> str:
        """As SQL writes it, upper case or a keyword or not."""
        parts = [self.schema, self.name] if self.schema else [self.name]
        return ".".join(f'"{part}"' for part in parts)


def table_name(text: str) -> TableName:
    """Read a name.

    Raises:
        ConfigurationError: it is none.
    """
    found = _NAME.fullmatch(text)
    if found is None:
        raise ConfigurationError(
            f"{text[:60]!r} is no name of a table: expected letters, digits and _, at "
            "most 48, and before them a schema and a dot where it needs one"
        )
    return TableName(found[2], found[1])
