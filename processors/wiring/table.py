"""A table of an old sender's, where a file says it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bus.adapters.table.reader import TableReader


def open_table(url: str, statement: str, by: str) -> "TableReader":
    """Open what reads it; nothing is asked of its database yet.

    Raises:
        ConfigurationError: The URL is none, or its driver is not installed.
    """
    # Its library takes longer to import than most commands to run.
    from bus.adapters.table.reader import open_table as open_sql  # noqa: PLC0415

    return open_sql(url, statement, by)
