"""Keys of the lively bus beside those that look: one with a name, rotated, revoked."""

from base64 import b32decode
from datetime import timedelta

from bus.access.keys import Linked
from bus.access.roles import Role
from bus.ports import Publisher
from processors.access.writer import KeyWriter, Wish
from tests.support.access import SERVER, Access

KEY = "mfrggzdfmz"
"""A partner's of `acme`, for the till of its shop."""


async def put_keys(publisher: Publisher, access: Access) -> None:
    """One that is known by its id, one of two tokens, one that is over, a link."""
    world = access.world
    known = KeyWriter(publisher, access.table, SERVER, world.clock, _bytes, world.trail)
    ends = world.now + timedelta(days=90)
    await known.create(Wish(Role.PARTNER, "acme", "the till of their shop", ends))
    rotated = await access.writer.create(Wish(Role.PRODUCER, "", "OMS, night batch"))
    await access.writer.rotate(rotated.key.id, 86_400)
    over = await access.writer.create(Wish(Role.READER, "acme", "an old screen"))
    await access.writer.revoke(over.key.id)
    link = Linked(until=world.now + timedelta(hours=12))
    soon = world.now + timedelta(minutes=10)
    await access.writer.create(Wish(Role.PARTNER, "acme", "", soon, link))


def _bytes(count: int) -> bytes:
    """Bytes of which the key's id is made, and its secret."""
    return b32decode(f"AAAAAA{KEY.upper()}")[:count].ljust(count, b"k")
