"""Bringing the tables to this version, in one transaction, one process at a time."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from bus.adapters.sql.locks import MIGRATING, take

_STEPS = "bus.adapters.sql:migrations"


def migrate(connection: Connection) -> None:
    """Run the steps that this database lacks.

    Raises:
        alembic.util.CommandError: it was made by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", _STEPS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with connection.begin():
        if connection.dialect.name == "postgresql":
            take(connection, MIGRATING)
        command.upgrade(config, "head")
