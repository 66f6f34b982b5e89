"""What an audit record says of a subscription: as it may be shown, and what changed.

Of what is hidden (header values, a client key, the values of a URL's query) it says
that it changed, not from what to what.
"""

from bus.access.audit import Shown
from bus.delivery.subscription import Subscription
from processors.subscriptions.showing import HIDDEN, fingerprint, shown

_LONG = 200
CHANGED = "(hidden, changed)"
_QUERY_CHANGED = " (query changed)"
_SAID_ANYWAY = frozenset({"updated_at"})


def differences(
    before: Subscription | None, after: Subscription | None
) -> tuple[Shown | None, Shown | None]:
    """The fields that differ; all of one that was added or is gone."""
    if before is None or after is None:
        return _whole(before), _whole(after)
    left, right = shown(before), shown(after)
    right["headers"] = _headers(before, after)
    right["tls"] = _tls(before, after, right["tls"])
    right["login"] = _login(before, after, right["login"])
    if before.url != after.url and before.endpoint == after.endpoint:
        right["endpoint"] = f"{after.endpoint}{_QUERY_CHANGED}"
    differ = [n for n in left if left[n] != right[n] and n not in _SAID_ANYWAY]
    return (
        {n: _short(n, left[n]) for n in differ},
        {n: _short(n, right[n]) for n in differ},
    )


def _short(name: str, value: object) -> object:
    """Certificates are told apart, not kept: a change can be made every 0.1 s."""
    if name != "tls" or not isinstance(value, dict):
        return value
    return {
        part: f"{fingerprint(text)} ({len(text)} characters)"
        if isinstance(text, str) and len(text) > _LONG
        else text
        for part, text in value.items()
    }


def _whole(subscription: Subscription | None) -> Shown | None:
    if subscription is None:
        return None
    return {name: _short(name, value) for name, value in shown(subscription).items()}


def _headers(before: Subscription, after: Subscription) -> Shown:
    old = before.headers
    return {
        name: CHANGED if name in old and old[name] != value else HIDDEN
        for name, value in after.headers.items()
    }


def _login(before: Subscription, after: Subscription, fields: object) -> object:
    old, new = before.login, after.login
    if old is None or new is None or old.password == new.password:
        return fields
    return {**new.model_dump(mode="json"), "password": CHANGED}


def _tls(before: Subscription, after: Subscription, fields: object) -> object:
    old, new = before.tls.client_key, after.tls.client_key
    if isinstance(fields, dict) and old is not None and new not in {None, old}:
        return {**fields, "client_key": CHANGED}
    return fields
