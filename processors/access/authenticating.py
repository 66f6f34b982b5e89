"""From a token to who holds it."""

from collections import OrderedDict
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple, Protocol

from bus.access.digests import ServerKeys
from bus.access.keys import ApiKey
from bus.access.recognition import recognise
from bus.access.roles import Principal
from bus.access.tokens import parse_token

_MOST_MET = 10_000


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


class _Met(NamedTuple):
    """A key as it was when its token was recognised, and who holds it."""

    key: ApiKey
    principal: Principal


class Acquaintances:
    """Tokens that were recognised lately: their digests are not made at each request.

    Who does not hold a secret finds nothing here, whatever the key: that work stays
    the same. A key that was changed since is another one. Tokens are held as digests
    under a key of this process's own, `salt`.
    """

    def __init__(self, server_keys: ServerKeys, salt: bytes) -> None:
        self._server_keys = server_keys
        self._salt = salt
        self._met: OrderedDict[bytes, _Met] = OrderedDict()

    def authenticate(self, table: Lookup, token: str, now: float) -> Principal:
        """As `authenticate`; raises as it does."""
        name = blake2b(token.encode(errors="replace"), key=self._salt).digest()
        met, moment = self._met.get(name), datetime.fromtimestamp(now, UTC)
        if met is not None:
            same = table.get(met.key.id) is met.key
            if same and met.key.state(moment) == "active":
                return met.principal
            del self._met[name]
        parsed = parse_token(token)
        key = table.get(parsed.id)
        found = recognise(self._server_keys, parsed, key, moment)
        if key is not None and not found.by_old_token:
            self._met[name] = _Met(key, found.principal)
            if len(self._met) > _MOST_MET:
                self._met.popitem(last=False)
        return found.principal
