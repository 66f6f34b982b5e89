"""What may be shown of a key: never its digest."""

from datetime import datetime

from bus.access.audit import Shown
from bus.access.keys import ApiKey
from bus.times import rfc3339


def shown_key(key: ApiKey, now: datetime) -> Shown:
    """All that may be shown. `server_key` names the one that its digest is under."""
    rotated = key.rotated
    overlaps = rotated is not None and now < rotated.until
    return {
        "id": key.id,
        "role": key.role.value,
        "tenant": key.tenant,
        "state": key.state(now),
        "description": key.description,
        "created_at": _time(key.created_at),
        "created_by": key.created_by,
        "expires_at": _time(key.expires_at),
        "old_token_until": _time(rotated.until) if rotated and overlaps else None,
        "revoked_at": _time(key.revoked_at),
        "last_used": key.last_used.isoformat() if key.last_used else None,
        "server_key": key.digest.server_key,
        "link": _link(key),
    }


def _link(key: ApiKey) -> str:
    """Whether it is a sign-in link that waits, the session of one, or neither."""
    if key.link is None:
        return ""
    return "open" if key.link.used_at is None else "used"


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
