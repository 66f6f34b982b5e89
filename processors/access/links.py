"""Sign-in links of the portal: made for a tenant, used once, forgotten afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bus.access.keys import ApiKey, Linked
from bus.access.roles import WHOLE_BUS, Role
from bus.access.tokens import parse_link
from bus.errors import ConflictError, InvalidKeyError
from processors.access.world import KeysWorld
from processors.access.writer import Made, Wish

PAGE = "/ui/link"
"""Where a link is used; its token stands behind `#`, which no browser sends."""
SHORTEST_S, LONGEST_S = 10.0, 86_400.0
_MOST_OPEN = 1_000
_KEPT = timedelta(days=1)
_FORGOTTEN_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A link that somebody wants; `until` bounds its session, `maker` is his key."""

    tenant: str
    role: Role = Role.PARTNER
    open_s: float = 600.0
    maker: str = ""
    until: datetime | None = None


async def make_link(world: KeysWorld, wish: LinkWish) -> Made:
    """Make a link; some of the tenant's that were over for a day are forgotten.

    Raises:
        InvalidKeyError: a field that cannot be so; nothing was made.
        ConflictError: too many of the tenant's links are open.
    """
    if wish.tenant == WHOLE_BUS:
        raise InvalidKeyError("tenant", "a link is for a tenant: name one")
    if not SHORTEST_S <= wish.open_s <= LONGEST_S:
        raise InvalidKeyError("expires_in", "expected 10s to 24h")
    await world.table.ready()
    links = [k for k in world.table.all() if k.link and k.tenant == wish.tenant]
    if sum(key.state(world.now) == "active" for key in links) >= _MOST_OPEN:
        raise ConflictError(
            f"tenant {wish.tenant} has {_MOST_OPEN} links and sessions of links"
        )
    for key in [key for key in links if _over(key, world.now)][:_FORGOTTEN_AT_ONCE]:
        await world.writer.forget(key.id)
    ends = world.now + timedelta(seconds=wish.open_s)
    return await world.writer.create(
        Wish(
            role=wish.role,
            tenant=wish.tenant,
            description="sign-in link",
            expires_at=ends if wish.until is None else min(ends, wish.until),
            link=Linked(maker=wish.maker, until=wish.until),
        )
    )


async def use_link(world: KeysWorld, text: str, address: str, session_s: float) -> Made:
    """Exchange a link for the key of a session; written down as the link's own doing.

    Raises:
        NotAuthenticatedError: it is none, was used, or counts no more.
    """
    await world.table.ready()
    link = parse_link(text)
    return await world.by(link.id, address).writer.exchange(link, session_s)


def path_of(made: Made) -> str:
    """Where a link leads, below the gateway's address."""
    return f"{PAGE}#{made.token}"


def _over(key: ApiKey, now: datetime) -> bool:
    """Whether nobody needs its record any more."""
    ended = key.revoked_at or key.expires_at
    return ended is not None and ended + _KEPT < now
