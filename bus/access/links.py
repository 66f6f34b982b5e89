"""Sign-in links: a key for a few minutes, which its one use turns into a session's.

The record says all of it, so that of several gateways that are shown a link at once
one exchanges it: whose write stands (docs/decisions/portal.md).
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from bus.access.digests import NO_DIGEST, ServerKeys
from bus.access.keys import ApiKey, StoredDigest
from bus.access.roles import WHOLE_BUS
from bus.access.tokens import Token
from bus.errors import NotAuthenticatedError

NO_LINK = "this link is not valid here; ask for another one"
Find: TypeAlias = Callable[[str], ApiKey | None]


def forsaken(key: ApiKey, find: Find, now: datetime) -> bool:
    """Whether a link, or its session, lost the key that had asked for it."""
    if key.link is None or not key.link.maker:
        return False
    maker = find(key.link.maker)
    return maker is None or maker.state(now) != "active"


def check_link(
    server_keys: ServerKeys, link: Token, key: ApiKey | None, find: Find, now: datetime
) -> ApiKey:
    """The key of a link that can be exchanged; `key` is the stored one with its id.

    Raises:
        NotAuthenticatedError: it cannot be; only who holds it hears why.
    """
    tenant = WHOLE_BUS if key is None else key.tenant
    stored = key.digest.plain if key is not None and key.link else NO_DIGEST
    if key is not None and key.link is not None and key.link.used_at is not None:
        stored = key.link.digest.plain if key.link.digest else NO_DIGEST
    if not server_keys.fits(link, tenant, stored) or key is None or key.link is None:
        raise NotAuthenticatedError(NO_LINK)
    if key.link.used_at is not None:
        raise NotAuthenticatedError(
            "this link was used already, which ends it; ask for another one"
        )
    if key.state(now) != "active" or forsaken(key, find, now):
        raise NotAuthenticatedError(
            "this link does not count any more; ask for another one"
        )
    return key


def exchanged(
    key: ApiKey, session: StoredDigest, ends: datetime, now: datetime
) -> ApiKey:
    """The key as that of a session that ends then; the link is used up."""
    if key.link is None:
        raise TypeError("no link")
    until = key.link.until
    link = key.link.model_copy(update={"used_at": now, "digest": key.digest})
    ends = ends if until is None else min(ends, until)
    return key.model_copy(update={"link": link, "digest": session, "expires_at": ends})
