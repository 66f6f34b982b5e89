"""What the key commands and the API's key routes work with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from bus.access.digests import ServerKeys
from bus.access.keys import ApiKey
from bus.access.roles import Principal, Role
from bus.errors import InvalidKeyError, KeyNotFoundError, NotAllowedError
from bus.ports import Clock
from processors.access.table import KeyTable
from processors.access.trail import Trail
from processors.access.writer import KeyWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysWorld:
    """`table` is followed already, not necessarily caught up."""

    table: KeyTable
    writer: KeyWriter
    server_keys: ServerKeys
    trail: Trail
    clock: Clock

    def by(self, actor: str, address: str) -> Self:
        """The same, what is done somebody else's: a request's sender."""
        trail = self.trail.of(actor, address)
        return replace(self, trail=trail, writer=self.writer.by(trail))

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)


def keys_of(world: KeysWorld, by: Principal) -> Sequence[ApiKey]:
    """The keys that are there for somebody, the oldest first."""
    return [key for key in world.table.all() if by.sees(key.tenant)]


def key_of(world: KeysWorld, by: Principal, key_id: str) -> ApiKey:
    """The key with this id.

    Raises:
        KeyNotFoundError: there is none, or none for whoever asks.
    """
    found = world.table.get(key_id)
    if found is None or not by.sees(found.tenant):
        raise KeyNotFoundError(f"no key {key_id}")
    return found


def outlived(world: KeysWorld, by: Principal, ends: datetime | None) -> datetime | None:
    """When somebody's own key ends, if one that ends then, or never, outlives it."""
    own = world.table.get(by.key_id)
    last = own.expires_at if own is not None else None
    return last if last is not None and (ends is None or ends > last) else None


def refuse_outliving(
    world: KeysWorld, by: Principal, ends: datetime | None, field: str
) -> None:
    """Raise if whoever gets a token of a key that ends then would outlive his own.

    Raises:
        InvalidKeyError: of `field`, saying when his own ends.
    """
    if (last := outlived(world, by, ends)) is not None:
        moment = last.isoformat(timespec="seconds").replace("+00:00", "Z")
        why = f"this key ends at {moment}, and gives no token that counts longer"
        raise InvalidKeyError(field, why)


def refuse_grant(by: Principal, role: Role, tenant: str) -> None:
    """Raise unless somebody may have a token of such a key: one that may do no more.

    Raises:
        NotAllowedError: saying which it may.
    """
    if not by.may_grant(role, tenant):
        may = [one.value for one in Role if by.may_grant(one, by.tenant)]
        whose = f" of tenant {by.tenant}" if by.tenant else ""
        raise NotAllowedError(
            f"this key makes and rotates none but keys of role {', '.join(may)}{whose}"
            if may
            else "this key makes and rotates no keys"
        )
