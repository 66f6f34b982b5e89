"""How a subscription follows an earlier version of itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bus.delivery.subscription import Secret, Subscription
from bus.errors import SubscriptionConflictError

ROTATED = (
    "the secret of {} was rotated just now, and the new one shown there: use that one,"
    " or rotate once more in ten seconds; over the API, sooner by If-Match"
)
JUST_NOW = timedelta(seconds=10)
"""Whoever asks again within so short a time, by a second click, means the first."""


def rotated_just_now(since: Sequence[datetime], now: datetime) -> bool:
    """Whether the newest of several secrets, by when they began, is that new."""
    return len(since) > 1 and now - since[0] < JUST_NOW


def following(new: Subscription, old: Subscription) -> Subscription:
    """Return `new`, which remembers the tiers that only `old` uses.

    Deliveries wait there, and more may come from processes that know `old` only.
    """
    tiers = dict.fromkeys((*new.past_tiers, *old.tiers))
    past = tuple(tier for tier in tiers if tier not in new.retry)
    return (
        new if past == new.past_tiers else new.model_copy(update={"past_tiers": past})
    )


def rotated(
    old: Subscription,
    secret: Secret,
    now: datetime,
    grace_s: float,
    *,
    over: Subscription,
) -> Subscription:
    """Return it signing with `secret` from `now` on, with the others for `grace_s`.

    The new secret has no end, so there is always one to sign with. It may be one of
    the others: then that one stays.

    Raises:
        SubscriptionConflictError: it has secrets that `over`, which whoever rotates
            has seen, has not: of several rotations at once one is done.
    """
    known = {secret.id, *(one.id for one in over.secrets)}
    if any(one.id not in known for one in old.secrets):
        raise SubscriptionConflictError(ROTATED.format(old.id))
    end = now + timedelta(seconds=grace_s)
    kept = (
        s.model_copy(update={"expires_at": min(s.expires_at or end, end)})
        for s in old.secrets
        if s.value != secret.value
    )
    live = (s for s in kept if s.expires_at is None or s.expires_at > now)
    return old.model_copy(update={"secrets": (secret, *live)})
