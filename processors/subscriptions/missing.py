"""What is said of a subscription that there is none of."""

from collections.abc import Iterable
from difflib import get_close_matches

from bus.errors import SubscriptionNotFoundError


def missing(
    subscription_id: str, there: Iterable[str], more: str = ""
) -> SubscriptionNotFoundError:
    """The error; it names a similar one of those that are there."""
    near = get_close_matches(subscription_id, list(there), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return SubscriptionNotFoundError(f"no subscription {subscription_id}{more}{hint}")
