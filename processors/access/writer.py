"""Makes keys, rotates and revokes them; a token is returned once, and kept nowhere."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, Self, TypeAlias

from bus.access.digests import ServerKeys
from bus.access.entities import Entity
from bus.access.keys import ApiKey, Linked, Rotated, StoredDigest, parse_key
from bus.access.links import check_link, exchanged
from bus.access.roles import WHOLE_BUS, Role
from bus.access.tokens import (
    ID_BYTES,
    SECRET_BYTES,
    Token,
    new_id,
    new_link,
    new_token,
    parse_token,
)
from bus.errors import (
    ConflictError,
    InvalidKeyError,
    KeyNotFoundError,
    VersionMismatchError,
)
from bus.ports import Clock, Publisher
from processors.access.showing import shown_key
from processors.access.table import KeyTable
from processors.access.trail import IN_DOUBT, Trail, in_doubt
from processors.versioned import VersionedWriter, Wanted

_Change: TypeAlias = Callable[[ApiKey], ApiKey]


@dataclass(frozen=True, slots=True)
class Wish:
    """A key that somebody wants."""

    role: Role
    tenant: str = WHOLE_BUS
    description: str = ""
    expires_at: datetime | None = None
    link: Linked | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A key as it now stands, and its token: shown once, then never."""

    key: ApiKey
    token: str = field(repr=False)


class Changed(NamedTuple):
    """A key before and after a change."""

    before: ApiKey
    after: ApiKey


class KeyWriter:
    """Writes keys over `publisher`, reads them back through `table`.

    `random_bytes` is a secure source. Methods raise `PublishError` (not written),
    `BrokerUnavailableError` (written, not read back in time) and `ConflictError`
    (others keep changing the same key).
    """

    def __init__(
        self,
        publisher: Publisher,
        table: KeyTable,
        server_keys: ServerKeys,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        trail: Trail,
    ) -> None:
        self.versions = VersionedWriter(publisher, table, clock)
        self._table = table
        self._server_keys = server_keys
        self._clock = clock
        self._random_bytes = random_bytes
        self._trail = trail

    def by(self, trail: Trail) -> Self:
        """The same writer, its changes somebody else's."""
        other = copy(self)
        other._trail = trail  # noqa: SLF001 - our own
        return other

    async def create(self, wish: Wish) -> Made:
        """Make a key.

        Raises:
            InvalidKeyError: a field that cannot be so; nothing was made.
        """
        now = self._now()
        if wish.expires_at is not None and wish.expires_at <= now:
            raise InvalidKeyError("expires_at", "expected a time to come")
        await self._table.ready()
        make = new_token if wish.link is None else new_link
        token = make(wish.role, self._new_id(), self._secret())
        key = parse_key(
            {
                "id": token.id,
                "role": wish.role,
                "tenant": wish.tenant,
                "digest": self._digest(token, wish.tenant),
                "description": wish.description,
                "created_at": now,
                "created_by": self._trail.actor,
                "expires_at": wish.expires_at,
                "link": wish.link,
            }
        )

        def anew() -> Wanted:
            if not self._is_free(key.id):
                raise ConflictError(f"somebody else has just made key {key.id}")
            return Wanted(key.stored())

        async with in_doubt(partial(self._note, f"create{IN_DOUBT}", None, key)):
            await self.versions.insist(key.id.encode(), anew)
        await self._note("create", None, key)
        return Made(key, token.text)

    async def rotate(
        self, key_id: str, overlap_s: float, *, if_version: str | None = None
    ) -> Made:
        """Give a key a new token; the one before counts for `overlap_s` more.

        One from an earlier rotation ends at once: two tokens count, never three.

        Raises:
            KeyNotFoundError: there is none with this id.
            InvalidKeyError: it was revoked, or has expired.
            VersionMismatchError: it is not as it was in `if_version` any more.
        """
        secret = self._secret()
        until = self._now() + timedelta(seconds=overlap_s)
        made: list[Token] = []

        def change(old: ApiKey) -> ApiKey:
            if (state := old.state(self._now())) != "active":
                raise InvalidKeyError("id", f"{old.id} is {state}; make a new key")
            if old.link is not None:
                raise InvalidKeyError("id", f"{old.id} is a sign-in link, no key")
            made.append(token := new_token(old.role, old.id, secret))
            digest = self._digest(token, old.tenant)
            rotated = Rotated(digest=old.digest, until=until) if overlap_s else None
            return old.model_copy(update={"digest": digest, "rotated": rotated})

        changed = await self._change(key_id, change, if_version, "rotate")
        return Made(changed.after, made[-1].text)

    async def revoke(self, key_id: str, *, if_version: str | None = None) -> Changed:
        """End a key for good, within moments everywhere. Again: nothing changes.

        Raises:
            KeyNotFoundError: there is none with this id.
            VersionMismatchError: it is not as it was in `if_version` any more.
        """
        now = self._now()
        return await self._change(
            key_id,
            lambda old: (
                old if old.revoked_at else old.model_copy(update={"revoked_at": now})
            ),
            if_version,
            "revoke",
        )

    async def exchange(self, link: Token, session_s: float) -> Made:
        """Turn a sign-in link into the key of a session; of all who try it, one does.

        The token is for the session alone: nobody is told it, so that nothing but
        pages can be asked for with it.

        Raises:
            NotAuthenticatedError: it is none of ours, was used, or counts no more.
        """
        secret = self._secret()
        made: list[Token] = []

        def change(old: ApiKey) -> ApiKey:
            now = self._now()
            key = check_link(self._server_keys, link, old, self._table.get, now)
            made.append(token := new_token(key.role, key.id, secret))
            digest = self._digest(token, key.tenant)
            return exchanged(key, digest, now + timedelta(seconds=session_s), now)

        if (found := self._table.get(link.id)) is None or found.link is None:
            # As much work as for one that there is.
            check_link(self._server_keys, link, None, self._table.get, self._now())
        changed = await self._change(link.id, change, None, "exchange")
        return Made(changed.after, made[-1].text)

    async def forget(self, key_id: str) -> None:
        """Drop the record of a key that is over; the audit still knows of it."""
        await self.versions.insist(key_id.encode(), lambda: Wanted(None))

    async def used(self, key_id: str, token: str) -> None:
        """Note the day of use; a second note of that day writes nothing.

        A token whose digest is under an older server key gets one under the newest,
        so that the older key can go.
        """
        parsed = parse_token(token)
        today = self._now().date()

        def change(old: ApiKey) -> ApiKey:
            update: dict[str, object] = {}
            if old.last_used is None or old.last_used < today:
                update["last_used"] = today
            if self._is_outdated(old, parsed):
                update["digest"] = self._digest(parsed, old.tenant)
            return old.model_copy(update=update) if update else old

        await self._change(key_id, change, None)

    def find(self, key_id: str) -> ApiKey:
        """The key with this id, as the table has it.

        Raises:
            KeyNotFoundError: there is none.
            InvalidKeyError: there is one, but its record cannot be read.
        """
        if (found := self._table.get(key_id)) is not None:
            return found
        if (why := self._table.unreadable.get(key_id)) is not None:
            raise InvalidKeyError(key_id, f"its stored record cannot be read: {why}")
        raise KeyNotFoundError(f"no key {key_id}")

    # --- one change

    async def _change(
        self, key_id: str, change: _Change, if_version: str | None, action: str = ""
    ) -> Changed:
        """Change a key; what is done to it, if it has a name, is written down."""
        changed: list[Changed] = []

        def anew() -> Wanted | None:
            old = self.find(key_id)
            if if_version is not None and self._table.version(key_id) != if_version:
                raise VersionMismatchError(f"key {key_id} was changed meanwhile")
            changed.append(Changed(old, change(old)))
            return (
                None if changed[-1].after == old else Wanted(changed[-1].after.stored())
            )

        async def note(after_action: str = "") -> None:
            if action and changed and changed[-1].before != changed[-1].after:
                await self._note(f"{action}{after_action}", *changed[-1])

        async with in_doubt(partial(note, IN_DOUBT)):
            await self.versions.insist(key_id.encode(), anew)
        await note()
        return changed[-1]

    # --- inside

    async def _note(self, action: str, before: ApiKey | None, after: ApiKey) -> None:
        now = self._now()
        await self._trail.note(
            action,
            Entity.KEY,
            after.id,
            tenant=after.tenant,
            before=None if before is None else shown_key(before, now),
            after=shown_key(after, now),
        )

    def _new_id(self) -> str:
        while True:
            key_id = new_id(self._random_bytes(ID_BYTES))
            if self._is_free(key_id):
                return key_id

    def _is_free(self, key_id: str) -> bool:
        return self._table.standing(key_id.encode()) is None

    def _secret(self) -> bytes:
        return self._random_bytes(SECRET_BYTES)

    def _digest(self, token: Token, tenant: str) -> StoredDigest:
        server_key, value = self._server_keys.digest(token, tenant)
        return StoredDigest(server_key=server_key, value=value)

    def _is_outdated(self, key: ApiKey, token: Token) -> bool:
        stored = key.digest.plain
        outdated = stored.server_key != self._server_keys.newest
        return outdated and self._server_keys.fits(token, key.tenant, stored)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)
