"""From a token to who holds it."""

from datetime import UTC, datetime
from typing import Protocol

from bus.access.digests import ServerKeys
from bus.access.keys import ApiKey
from bus.access.recognition import recognise
from bus.access.roles import Principal
from bus.access.tokens import parse_token


class Lookup(Protocol):
    """Where keys are found by their ids: `KeyTable`."""

    def get(self, key_id: str) -> ApiKey | None:
        """The key with this id, revoked and expired ones as well; None without one."""
        ...


def authenticate(
    table: Lookup, server_keys: ServerKeys, token: str, now: float
) -> Principal:
    """Return who holds a token, at `now` in seconds since the epoch.

    Takes as long for a key that there is not as for one of another secret. A mistyped
    token is told by its checksum, without a look-up.

    Raises:
        NotAuthenticatedError: nobody, not any more, or mistyped; may be shown as it is.
    """
    parsed = parse_token(token)
    moment = datetime.fromtimestamp(now, UTC)
    return recognise(server_keys, parsed, table.get(parsed.id), moment).principal
