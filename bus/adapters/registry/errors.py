"""What the registry's client raises, and what it means to us: one table."""

import ssl
from collections.abc import Callable

# The client takes httpx2 or httpx, whichever is there; their errors differ.
from confluent_kafka.schema_registry.common._httpx_compat import httpx
from confluent_kafka.schema_registry.error import OAuthTokenError, SchemaRegistryError

from bus.delivery.headers import printable
from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    OrderbusError,
    RegistryUnavailableError,
    SchemaNotFoundError,
)

# Everything that a call of the client may end with.
CLIENT_ERRORS = (
    SchemaRegistryError,
    OAuthTokenError,
    httpx.HTTPError,
    httpx.InvalidURL,
    TimeoutError,
    ssl.SSLError,
    # An answer that is not JSON, or too deep, or not the JSON of a registry.
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)


def _not_found(_subject: str, message: str) -> OrderbusError:
    return SchemaNotFoundError(printable(message))


def _incompatible(subject: str, message: str) -> OrderbusError:
    lines = [printable(line.strip()) for line in message.splitlines() if line.strip()]
    # Ours gives one line a reason after a heading; others say all in one line.
    return IncompatibleSchemaError(subject, tuple(lines[1:] or lines))


def _invalid(subject: str, message: str) -> OrderbusError:
    return InvalidSchemaError(f"{subject}: {printable(message)}")


def _refuses_us(_subject: str, message: str) -> OrderbusError:
    why = f"the registry refuses our credentials: {printable(message)}"
    return RegistryUnavailableError(why)


# By HTTP status and error code; the code None stands for all others.
_MEANINGS: dict[tuple[int, int | None], Callable[[str, str], OrderbusError]] = {
    (404, 40401): _not_found,
    (404, 40402): _not_found,
    (404, 40403): _not_found,
    (409, None): _incompatible,
    (422, 42201): _invalid,
    (422, 42209): _invalid,
    (401, None): _refuses_us,
    (403, None): _refuses_us,
}
# Who only reads has nothing that could be wrong, whatever a gateway says.
_OF_REGISTERING = (_incompatible, _invalid)
_WORTH_ANOTHER_TRY = frozenset({408, 429, 500, 502, 503, 504})


def retriable(error: Exception) -> bool:
    """May the same request succeed in a moment?"""
    if isinstance(error, SchemaRegistryError):
        return error.http_status_code in _WORTH_ANOTHER_TRY
    return isinstance(error, httpx.TransportError) and not isinstance(
        error, httpx.UnsupportedProtocol
    )


def _place(error: Exception) -> str:
    """Where was asked, without credentials."""
    try:
        url = error.request.url if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # httpx: it was never sent
        url = None
    return "" if url is None else printable(f" at {url.scheme}://{url.netloc.decode()}")


def translated(error: Exception, subject: str = "") -> OrderbusError:
    """Return what a client's error means; never holds credentials."""
    if not isinstance(error, SchemaRegistryError):
        why = printable(f"{type(error).__name__}: {error}".rstrip(": "))
        asked = f"the registry{_place(error)}"
        return RegistryUnavailableError(f"{asked} gave no answer ({why})")
    status, code = error.http_status_code, error.error_code
    message = str(error.error_message)
    meaning = _MEANINGS.get((status, code)) or _MEANINGS.get((status, None))
    if meaning and (subject or meaning not in _OF_REGISTERING):
        return meaning(subject, message)
    return RegistryUnavailableError(
        f"the registry answered HTTP {status}: {printable(message)}"
    )
