"""Asks for ports before anything is started that takes its time."""

import socket

from bus.errors import ConfigurationError
from processors.settings import LAST_PORT, Settings


def refuse_taken(host: str, port: int, name: str, or_none: str = "") -> None:
    """Raise if nobody can listen on a port now; 0 is any.

    Raises:
        ConfigurationError: with `name`, what the user calls the port, and how to do
            without one, if that can be.
    """
    if port == 0:
        return
    try:
        family, kind, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as asked:
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            asked.bind(address)
    except OSError as error:
        raise ConfigurationError(
            f"{name}: cannot listen on {host}:{port}: {error.strerror or error};"
            f" choose another port{or_none}"
        ) from None


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    family, kind, *_, address = socket.getaddrinfo(
        host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind) as asked:
        asked.bind(address)
        port: int = asked.getsockname()[1]
    return port


def refuse_taken_pages(settings: Settings, processes: int) -> None:
    """Raise if the pages of one of so many processes would find no port.

    Raises:
        ConfigurationError: it says which, and that 0 means none.
    """
    first = settings.http_port
    if not first:
        return
    if first + processes - 1 > LAST_PORT:
        raise ConfigurationError(
            f"ORDERBUS_HTTP_PORT: process i takes {first} + i, and {processes} of them"
            f" go beyond {LAST_PORT}"
        )
    for port in range(first, first + processes):
        refuse_taken(
            settings.http_host, port, "ORDERBUS_HTTP_PORT", or_none=" (0: none)"
        )


def pages_may_be(settings: Settings, processes: int) -> bool:
    """Whether so many processes have ports for their pages.

    Raises:
        ConfigurationError: They have none, and somebody chose the port.
    """
    try:
        refuse_taken_pages(settings, processes)
    except ConfigurationError:
        if "http_port" in settings.model_fields_set:
            raise
        return False
    return True
