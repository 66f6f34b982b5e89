"""Whether what was executed is in a transaction, which is all that it is there for.

A connection in autocommit has committed it by itself: an event of something that may
never be, or a mark without the effect. Nobody would notice before the first crash.
"""

from typing import Protocol, cast

from bus.errors import ConfigurationError

_IDLE = 0


class _Sqlite(Protocol):
    in_transaction: bool


class _Info(Protocol):
    transaction_status: int


class _Psycopg(Protocol):
    info: _Info


class _Pooled(Protocol):
    driver_connection: object


class _Alchemy(Protocol):
    connection: _Pooled


class _Session(Protocol):
    def connection(self) -> _Alchemy: ...


def driver_of(connection: object) -> object:
    """The driver's connection under one of SQLAlchemy; or what else it is.

    It has executed something just now, so nothing is begun by asking.
    """
    for awaited in ("sync_session", "sync_connection"):
        connection = getattr(connection, awaited, None) or connection
    if hasattr(connection, "get_bind"):
        if not _waits_for_none(connection):
            return connection
        connection = cast("_Session", connection).connection()
    if hasattr(connection, "dialect"):
        return cast("_Alchemy", connection).connection.driver_connection
    return connection


def _waits_for_none(session: object) -> bool:
    """Not for the proxy of sessions that are awaited, which does not show one."""
    return "async" not in type(session).__name__


def refuse_autocommit(driver: object) -> None:
    """Raise if what a connection executed just now is committed already.

    Raises:
        ConfigurationError: it is; says what to do.
    """
    if hasattr(driver, "in_transaction"):
        within = bool(cast("_Sqlite", driver).in_transaction)
    elif hasattr(driver, "info") and hasattr(driver.info, "transaction_status"):
        within = int(cast("_Psycopg", driver).info.transaction_status) != _IDLE
    else:
        return
    if not within:
        raise ConfigurationError(
            "this connection commits every statement by itself (autocommit), and did:"
            " begin a transaction, so that all of it is done or nothing"
        )
