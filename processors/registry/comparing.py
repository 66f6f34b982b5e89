"""The versions of an event type's schema, and two of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bus.contracts.catalogue import Catalogue
from bus.contracts.schema_text import canonical
from bus.errors import InvalidSchemaError, SchemaNotFoundError
from bus.schemas import Schemas

SHIPPED = 0
"""The id of a version that no registry holds: the file that this process has."""


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version: by the registry's id, and whether this process's file is the same."""

    id: int
    text: str = field(repr=False)
    shipped: bool


async def held_versions(
    schemas: Schemas, catalogue: Catalogue, event_type: str
) -> Sequence[HeldVersion]:
    """All that the registry holds, newest first; before them a file that it does not.

    Raises:
        InvalidEventError: there is no such event type.
        RegistryUnavailableError: it gives no answer.
    """
    own = catalogue.schema(event_type).text
    held = await schemas.by_type(catalogue.topic(event_type), event_type)
    found = [HeldVersion(one.id, one.text, _same(one.text, own)) for one in held]
    if any(one.shipped for one in found):
        return found
    return [HeldVersion(SHIPPED, own, shipped=True), *found]


def chosen(
    versions: Sequence[HeldVersion], older: int | None, newer: int | None
) -> tuple[HeldVersion, HeldVersion]:
    """Two of them by id; None: the newest, and the one before the newer.

    Raises:
        SchemaNotFoundError: it has no such version, or only one.
    """
    at = 0 if newer is None else _place(versions, newer)
    before = at + 1 if older is None else _place(versions, older)
    if before >= len(versions):
        raise SchemaNotFoundError("there is no version before it to compare with")
    return versions[before], versions[at]


def _place(versions: Sequence[HeldVersion], wanted: int) -> int:
    for at, one in enumerate(versions):
        if one.id == wanted:
            return at
    raise SchemaNotFoundError(f"it has no version with id {wanted}")


def _same(text: str, own: str) -> bool:
    try:
        return canonical(text) == canonical(own)
    except InvalidSchemaError:
        return text == own
