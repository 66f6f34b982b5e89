"""How a subscription is stored: JSON under its id, every secret sealed.

Sealed are the signing secrets, the client key, the password and the headers' values,
as these carry tokens. Each is bound to its place (`<subscription>/<secret>`), so a
sealed text moved elsewhere does not open.
"""

from collections.abc import Callable

import orjson

from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import InvalidSubscriptionError
from bus.webhook.sealing import seal, unseal
from processors.subscriptions.keys import Keys

_NONCE_BYTES = 12


def store(
    subscription: Subscription, keys: Keys, random_bytes: Callable[[int], bytes]
) -> bytes:
    """The bytes a subscription is stored as."""

    def close(text: str, place: str) -> str:
        nonce = random_bytes(_NONCE_BYTES)
        return seal(keys.sealing, nonce, text, place)

    fields = _each_secret(subscription, close).model_dump(mode="json")
    if subscription.login is None:
        del fields["login"]  # as records were before there was such a field
    return orjson.dumps(fields)


def restore(key: bytes, value: bytes, keys: Keys) -> Subscription:
    """The subscription that was stored, its secrets opened.

    Fields this version does not know are left out: a newer `bus` wrote them, and
    losing sight of the whole subscription would be worse. Without any key its secrets
    stay sealed: such a subscription can be looked at, and no more.

    Raises:
        InvalidSubscriptionError: these bytes are no subscription with this id.
        SealError: a secret cannot be opened with these keys.
    """
    try:
        fields: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise InvalidSubscriptionError("subscription", "not JSON") from None
    if not isinstance(fields, dict):
        raise InvalidSubscriptionError("subscription", "not a JSON object")
    known = {k: v for k, v in fields.items() if k in Subscription.model_fields}
    subscription = parse_subscription(known)
    if subscription.id.encode() != key:
        raise InvalidSubscriptionError("id", "differs from the record's key")
    if not keys:
        return subscription
    return _each_secret(subscription, lambda text, place: unseal(keys.all, text, place))


def _each_secret(
    subscription: Subscription, change: Callable[[str, str], str]
) -> Subscription:
    at = subscription.id
    tls = subscription.tls
    if tls.client_key is not None:
        key = change(tls.client_key, f"{at}/tls.client_key")
        tls = tls.model_copy(update={"client_key": key})
    login = subscription.login
    if login is not None:
        password = change(login.password, f"{at}/login.password")
        login = login.model_copy(update={"password": password})
    secrets = tuple(
        secret.model_copy(update={"value": change(secret.value, f"{at}/{secret.id}")})
        for secret in subscription.secrets
    )
    headers = {
        name: change(value, f"{at}/headers.{name.lower()}")
        for name, value in subscription.headers.items()
    }
    update: dict[str, object] = {
        "login": login,
        "tls": tls,
        "secrets": secrets,
        "headers": headers,
    }
    return subscription.model_copy(update=update)
