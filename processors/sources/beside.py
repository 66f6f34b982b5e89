"""What people write beside a source's model: its secret, keys, and path secret."""

from collections.abc import Mapping
from typing import TypeAlias

from bus.intake.verifying.key_texts import KeyTextError, pems_of

Aside: TypeAlias = tuple[str | None, tuple[str, ...], bool | None]


def aside(fields: Mapping[str, object], problems: list[tuple[str, str]]) -> Aside:
    """Secret, public keys in PEM, and whether a path secret is wanted; problems too."""
    secret, flag = fields.get("secret"), fields.get("path_secret")
    if secret is not None and not isinstance(secret, str):
        problems.append(("secret", "expected text"))
    if flag is not None and not isinstance(flag, bool):
        problems.append(("path_secret", "expected true or false; it is made here"))
    return (
        secret if isinstance(secret, str) else None,
        _keys(fields.get("public_keys") or (), problems),
        flag if isinstance(flag, bool) else None,
    )


def _keys(given: object, problems: list[tuple[str, str]]) -> tuple[str, ...]:
    """Each key once, in PEM."""
    listed: list[object] = list(given) if isinstance(given, list | tuple) else [None]
    texts = [text for text in listed if isinstance(text, str)]
    if len(texts) < len(listed):
        why = "expected a list of texts: PEM, or sets of JSON Web Keys"
        problems.append(("public_keys", why))
        return ()
    found: dict[str, None] = {}
    for place, text in enumerate(texts, 1):
        try:
            found.update(dict.fromkeys(pems_of(text)))
        except KeyTextError as error:
            where = f" {place}" if len(texts) > 1 else ""
            problems.append(("public_keys", f"key{where}: {error}"))
    return tuple(found)
