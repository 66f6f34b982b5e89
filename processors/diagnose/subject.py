"""Whom a diagnosis is about: a stored subscription, or a bare URL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bus.delivery.hiding import secrets_in
from bus.delivery.subscription import Secret, Subscription, Tls, parse_subscription
from bus.webhook.sealing import is_sealed
from bus.webhook.signing import PRIVATE_PREFIX, Signer

NO_SECRET = "there is no secret for this URL"  # noqa: S105 - a sentence
_SEALED = "its secrets are sealed, and there is no encryption key here"
_EXPIRED = "it has no signing secret that is live"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is diagnosed, with all that must never be told of it.

    `subscription` sends nothing that is sealed. `signer` is None where `why_not` says
    so. An `outsider` is not told which addresses a name has inside our network.
    """

    subscription: Subscription
    stored: bool
    signer: Signer | None = field(repr=False)
    why_not: str = ""
    hidden: Sequence[str] = field(repr=False, default=())
    outsider: bool = False


def of_subscription(stored: Subscription, now_s: float) -> Subject:
    """A subscription as it stands; with sealed secrets, what can be done without."""
    hidden = tuple(secrets_in(stored))
    sealed = any(is_sealed(text) for text in _texts(stored))
    if sealed:
        bare = {"headers": {}, "secrets": (), "tls": _unsealed(stored.tls)}
        bare |= {"login": None}
        return Subject(
            subscription=stored.model_copy(update=bare),
            stored=True,
            signer=None,
            why_not=_SEALED,
            hidden=hidden,
        )
    signer = Signer.of(stored.secrets)
    live = now_s < signer.until_s
    return Subject(
        subscription=stored,
        stored=True,
        signer=signer if live else None,
        why_not="" if live else _EXPIRED,
        hidden=hidden,
    )


def of_url(url: str, secret: str | None, now_s: float) -> Subject:
    """A bare URL, with a secret of its owner's or without.

    Raises:
        InvalidSubscriptionError: it is no URL, or that is no secret.
    """
    fields: dict[str, object] = {"id": "diagnosed", "url": url, "types": ["*"]}
    made = parse_subscription(fields)
    if secret is not None:
        scheme = "v1a" if secret.startswith(PRIVATE_PREFIX) else "v1"
        Signer([(scheme, secret, None)])
        kept = Secret(
            id="given",
            scheme="v1a" if scheme == "v1a" else "v1",
            value=secret,
            created_at=datetime.fromtimestamp(now_s, UTC),
        )
        made = made.model_copy(update={"secrets": (kept,)})
    return Subject(
        subscription=made,
        stored=False,
        signer=Signer.of(made.secrets) if secret is not None else None,
        why_not="" if secret is not None else NO_SECRET,
        hidden=tuple(secrets_in(made)),
    )


def _texts(stored: Subscription) -> Iterator[str]:
    yield from stored.headers.values()
    yield from (secret.value for secret in stored.secrets)
    if stored.login is not None:
        yield stored.login.password
    if stored.tls.client_key is not None:
        yield stored.tls.client_key


def _unsealed(tls: Tls) -> Tls:
    if tls.client_key is None or not is_sealed(tls.client_key):
        return tls
    return tls.model_copy(update={"client_certificate": None, "client_key": None})
