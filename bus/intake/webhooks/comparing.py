"""Which webhooks of a source are gone or off, by what its sender lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import cast

import orjson

from bus.intake.parsing.tree import UnparsableError
from bus.intake.webhooks.declared import Webhooks

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Held:
    """A webhook that a sender holds."""

    id: str
    topic: str
    address: str
    active: bool


@dataclass(frozen=True, slots=True)
class Lack:
    """A topic whose webhook is missing; `off` is the id of one that is switched off."""

    topic: str
    off: str = ""


def held_in(body: bytes, declared: Webhooks) -> list[Held]:
    """The webhooks of a page.

    Raises:
        UnparsableError: it is no such list.
    """
    try:
        node: object = orjson.loads(body)
    except ValueError as error:
        raise UnparsableError(f"the list of webhooks is no JSON: {error}") from None
    for name in declared.items:
        node = node.get(name) if isinstance(node, Mapping) else None
    if not isinstance(node, list):
        where = ".".join(declared.items) or "the document"
        raise UnparsableError(f"the list of webhooks: {where} is no list")
    return [_held(item, declared) for item in node[:_MOST] if isinstance(item, dict)]


def wanted(text: str) -> tuple[str, ...]:
    """The topics that a source's setting names, by commas."""
    return tuple(
        dict.fromkeys(part for one in text.split(",") if (part := one.strip()))
    )


def lacking(
    topics: Sequence[str], held: Sequence[Held], address: str
) -> tuple[Lack, ...]:
    """The topics that nobody sends to an address, or below it.

    One webhook may stand for several topics: `store/order/*`.
    """
    ours = [one for one in held if _is_ours(one.address, address)]
    found: list[Lack] = []
    for topic in topics:
        fitting = [one for one in ours if fnmatchcase(topic, one.topic)]
        if not any(one.active for one in fitting):
            found.append(Lack(topic, fitting[0].id if fitting else ""))
    return tuple(found)


def as_json(body: Mapping[str, str]) -> bytes:
    """What is sent, of dotted names; `true` and `false` are what they say."""
    made: dict[str, object] = {}
    for name, text in body.items():
        *holders, last = name.split(".")
        node = made
        for holder in holders:
            node = cast("dict[str, object]", node.setdefault(holder, {}))
        node[last] = {"true": True, "false": False}.get(text, text)
    return orjson.dumps(made)


def _held(item: Mapping[str, object], declared: Webhooks) -> Held:
    on = str(item.get(declared.active, "")).lower() if declared.active else declared.on
    return Held(
        id=str(item.get(declared.id, "")),
        topic=str(item.get(declared.topic, "")),
        address=str(item.get(declared.address, "")),
        active=on == declared.on,
    )


def _is_ours(held: str, address: str) -> bool:
    """Whether it goes to the source; what stands behind it may be a path secret."""
    plain = address.rstrip("/")
    return held.rstrip("/") == plain or held.startswith(f"{plain}/")
