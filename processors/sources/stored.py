"""How a source is stored: JSON under its id, every secret sealed.

Sealed are the secrets of signatures and the credentials to fetch with, each bound to
its place, so that a sealed text moved elsewhere does not open.
"""

from collections.abc import Callable

import orjson

from bus.errors import InvalidSourceError
from bus.intake.sources import Source, parse_source
from bus.webhook.sealing import seal, unseal
from processors.subscriptions.keys import Keys

_NONCE_BYTES = 12


def store(source: Source, keys: Keys, random_bytes: Callable[[int], bytes]) -> bytes:
    """The bytes a source is stored as."""

    def close(text: str, place: str) -> str:
        return seal(keys.sealing, random_bytes(_NONCE_BYTES), text, place)

    return orjson.dumps(_each_secret(source, close).model_dump(mode="json"))


def restore(key: bytes, value: bytes, keys: Keys) -> Source:
    """The source that was stored, its secrets opened.

    Fields that this version does not know are left out: a newer `bus` wrote them.
    Without any key its secrets stay sealed: it can be looked at, and no more.

    Raises:
        InvalidSourceError: these bytes are no source with this id.
        SealError: a secret cannot be opened with these keys.
    """
    try:
        fields: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise InvalidSourceError("source", "not JSON") from None
    if not isinstance(fields, dict):
        raise InvalidSourceError("source", "not a JSON object")
    source = parse_source({k: v for k, v in fields.items() if k in Source.model_fields})
    if source.id.encode() != key:
        raise InvalidSourceError("id", "differs from the record's key")
    if not keys:
        return source
    return _each_secret(source, lambda text, place: unseal(keys.all, text, place))


def _each_secret(source: Source, change: Callable[[str, str], str]) -> Source:
    at = f"source/{source.id}"
    secrets = tuple(
        one.model_copy(update={"value": change(one.value, f"{at}/{one.id}")})
        for one in source.secrets
    )
    update: dict[str, object] = {"secrets": secrets}
    if source.fetch is not None:
        credentials = {
            name: change(value, f"{at}/fetch.{name}")
            for name, value in source.fetch.credentials.items()
        }
        fetch = source.fetch.model_copy(update={"credentials": credentials})
        update["fetch"] = fetch
    return source.model_copy(update=update)
