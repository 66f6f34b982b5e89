"""What may be shown of a subscription: never a secret, nor what could hold one."""

import hashlib
from datetime import datetime
from typing import TypeAlias

from bus.delivery.schedule import format_duration
from bus.delivery.subscription import Secret, Subscription
from bus.webhook.sealing import is_sealed
from bus.webhook.signing import public_key

Shown: TypeAlias = dict[str, object]
HIDDEN = "(hidden)"
_FINGERPRINT_CHARS = 16


def listed(subscription: Subscription) -> Shown:
    """One line of a list."""
    return {
        "id": subscription.id,
        "owner": subscription.owner,
        "state": subscription.state.value,
        "types": list(subscription.types),
        "endpoint": subscription.endpoint,
        "ordering": subscription.ordering.value,
        "unproven": subscription.unproven,
    }


def shown(subscription: Subscription) -> Shown:
    """All that may be shown."""
    fields: Shown = subscription.model_dump(
        mode="json", exclude={"url", "headers", "login", "tls", "secrets", "past_tiers"}
    )
    fields["max_age"] = format_duration(subscription.max_age_s)
    fields["timeout"] = format_duration(subscription.timeout_s)
    del fields["max_age_s"], fields["timeout_s"]
    fields["objective"] = shown_objective(subscription)
    fields["transient_statuses"] = sorted(subscription.transient_statuses)
    return {
        "id": subscription.id,
        "endpoint": subscription.endpoint,
        **fields,
        "headers": dict.fromkeys(subscription.headers, HIDDEN),
        "login": _login(subscription),
        "tls": _tls(subscription),
        "secrets": [shown_secret(secret) for secret in subscription.secrets],
    }


def shown_objective(subscription: Subscription) -> Shown:
    """What it has of its own; None: as the bus has it for all."""
    own = subscription.objective
    p95 = None if own.p95_s is None else format_duration(own.p95_s)
    return {"success": own.success, "p95": p95}


def _login(subscription: Subscription) -> Shown | None:
    login = subscription.login
    if login is None:
        return None
    return {**login.model_dump(mode="json"), "password": HIDDEN}


def _tls(subscription: Subscription) -> Shown:
    tls = subscription.tls
    return {
        "verify": tls.verify,
        "ca": tls.ca,
        "client_certificate": tls.client_certificate,
        "client_key": HIDDEN if tls.client_key is not None else None,
    }


def shown_secret(secret: Secret) -> Shown:
    """A secret's id, life and fingerprint; an ed25519 one's public key as well.

    Without a key to it there is only its id and life to show.
    """
    sealed = is_sealed(secret.value)
    fields: Shown = {
        "id": secret.id,
        "scheme": secret.scheme,
        "created_at": _time(secret.created_at),
        "expires_at": _time(secret.expires_at),
        "fingerprint": None if sealed else fingerprint(secret.value),
    }
    if secret.scheme == "v1a" and not sealed:
        fields["public_key"] = public_key(secret.value)
    return fields


def fingerprint(secret: str) -> str:
    """The start of the secret's SHA-256: tells two apart, gives neither away."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return f"sha256:{digest[:_FINGERPRINT_CHARS]}"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
