"""Sessions of people with a browser: sealed into a cookie, kept nowhere.

Who signs in shows a key once; what the browser keeps is a text sealed under the server
keys, which says whose key it was (`bus.access.proofs`), since when, and when it was
last used. Each request looks the key up again, so that a revoked one is signed out
at once, by every gateway.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import orjson

from bus.access.keys import ApiKey
from bus.access.links import forsaken
from bus.access.proofs import Proof, proof_of, still
from bus.access.roles import Principal
from bus.access.tokens import parse_token
from bus.errors import NotAuthenticatedError, SealError
from bus.webhook.sealing import seal, unseal
from processors.access.world import KeysWorld

_USE = b"orderbus: sessions of the dashboard, v1"
_CONTEXT = "dashboard/session"
_ID_BYTES, _NONCE_BYTES = 16, 12
_RENEW = 0.05
"""The share of its idle time after which a cookie is written anew."""
_MOST_NOTICE = 800
ENDED = "You are signed out: the session has ended. Sign in again."


class Lifetimes(NamedTuple):
    """How long a session lasts at most, and how long unused."""

    session_s: float = 12 * 3600
    idle_s: float = 3600


@dataclass(frozen=True, slots=True)
class Held:
    """What a cookie says, once it was opened."""

    id: str
    proof: Proof
    began: float
    seen: float
    notice: str = ""


class Sessions:
    """Begins, reads and renews them."""

    def __init__(
        self,
        keys: KeysWorld,
        random_bytes: Callable[[int], bytes],
        lifetimes: Lifetimes,
    ) -> None:
        self._keys = keys
        self._random_bytes = random_bytes
        self._lifetimes = lifetimes
        self._sealing = keys.server_keys.derive(_USE)

    @property
    def keys(self) -> KeysWorld:
        """The keys that sessions are of."""
        return self._keys

    @property
    def most_s(self) -> float:
        """How long one lasts at most."""
        return self._lifetimes.session_s

    def begin(self, token: str, principal: Principal) -> str:
        """The cookie of who has just shown a token, and was recognised by it."""
        return self._begin(token, principal.tenant)

    def begin_with(self, key: ApiKey, token: str) -> str:
        """The cookie of who has just used a link, with the key that came of it."""
        return self._begin(token, key.tenant)

    def _begin(self, token: str, tenant: str) -> str:
        proof = proof_of(self._keys.server_keys, parse_token(token), tenant)
        now = self._keys.clock.now()
        return self._sealed(Held(self._random_bytes(_ID_BYTES).hex(), proof, now, now))

    def read(self, cookie: str) -> tuple[Principal, Held]:
        """Who somebody with this cookie is.

        Raises:
            NotAuthenticatedError: nobody, or not any more.
        """
        held = self.opened(cookie)
        now = self._keys.clock.now()
        most, idle = self._lifetimes
        if now - held.began > most or now - held.seen > idle:
            raise NotAuthenticatedError(ENDED)
        key = self._keys.table.get(held.proof.key_id)
        now_of = self._keys.now
        if key is not None and forsaken(key, self._keys.table.get, now_of):
            raise NotAuthenticatedError(ENDED)
        return still(held.proof, key, now_of), held

    def csrf(self, held: Held) -> str:
        """What stands in the forms of this session."""
        return hmac.digest(self._sealing[0], held.id.encode(), "sha256").hex()[:32]

    def renewed(self, held: Held) -> str | None:
        """The cookie to write instead, its notice told; None: it is good as it is."""
        used = self._keys.clock.now() - held.seen
        if not held.notice and used < self._lifetimes.idle_s * _RENEW:
            return None
        return self._sealed(replace(held, notice="", seen=self._keys.clock.now()))

    def noted(self, held: Held, notice: str) -> str:
        """The cookie with a notice for the next page."""
        now = self._keys.clock.now()
        return self._sealed(replace(held, notice=notice[:_MOST_NOTICE], seen=now))

    def _sealed(self, held: Held) -> str:
        began, seen = float(held.began), float(held.seen)
        fields = [held.id, *held.proof, began, seen, held.notice]
        nonce = self._random_bytes(_NONCE_BYTES)
        return seal(self._sealing[0], nonce, orjson.dumps(fields).decode(), _CONTEXT)

    def opened(self, cookie: str) -> Held:
        """What a cookie says, whether or not its session still lasts.

        Raises:
            NotAuthenticatedError: it is none of ours.
        """
        try:
            fields: object = orjson.loads(unseal(self._sealing, cookie, _CONTEXT))
        except (SealError, ValueError):
            raise NotAuthenticatedError(ENDED) from None
        match fields:
            case [
                str(name),
                str(key_id),
                list(digests),
                float(began),
                float(seen),
                str(notice),
            ]:
                proof = Proof(key_id, tuple(map(str, digests)))
                return Held(name, proof, began, seen, notice)
            case _:
                raise NotAuthenticatedError(ENDED)
