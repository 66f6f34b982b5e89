"""What may be shown of a source: never a secret."""

from datetime import datetime
from typing import TypeAlias

from bus.intake.sources import PublicKey, Source, SourceSecret
from bus.webhook.sealing import is_sealed
from processors.subscriptions.showing import HIDDEN, fingerprint

Shown: TypeAlias = dict[str, object]


def listed(source: Source) -> Shown:
    """One line of a list."""
    return {
        "id": source.id,
        "channel": source.channel,
        "owner": source.owner,
        "title": source.title,
        "state": source.state.value,
        "path": path_shown(source),
    }


def shown(source: Source) -> Shown:
    """All that may be shown."""
    fields: Shown = source.model_dump(
        mode="json",
        exclude={"secrets", "public_keys", "path_secret", "old_path_secret", "fetch"},
    )
    fetch: Shown | None = None
    if source.fetch is not None:
        fetch = source.fetch.model_dump(mode="json", exclude={"credentials"})
        fetch["credentials"] = dict.fromkeys(source.fetch.credentials, HIDDEN)
    return {
        **listed(source),
        **fields,
        "fetch": fetch,
        "has_path_secret": bool(source.path_secret),
        "old_path_until": _time(source.old_path_until),
        "secrets": [_secret(one) for one in source.secrets],
        "public_keys": [_key(one) for one in source.public_keys],
    }


def path_shown(source: Source) -> str:
    """Where its sender sends to, below the address of the door."""
    return f"/in/{source.id}" + ("/…" if source.path_secret else "")


def _secret(one: SourceSecret) -> Shown:
    print_ = None if is_sealed(one.value) else fingerprint(one.value)
    return {**_lived(one), "fingerprint": print_}


def _key(one: PublicKey) -> Shown:
    return {**_lived(one), "pem": one.pem}


def _lived(one: SourceSecret | PublicKey) -> Shown:
    return {
        "id": one.id,
        "kid": one.kid,
        "since": _time(one.since),
        "until": _time(one.until),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
