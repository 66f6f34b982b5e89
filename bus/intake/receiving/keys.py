"""Which order a submission is about, as far as that is cheap to know.

It only decides which partition a submission stands in, so that those of one order stay
in order. What cannot be told at once is told by nothing: the conversion finds out.
"""

from collections.abc import Mapping

import orjson

from bus.intake.channels.definition import Channel
from bus.intake.mapping.notebook import Notebook
from bus.intake.parsing.paths import Scope, plain_text
from bus.intake.parsing.tree import Tree, UnparsableError

_MOST_JSON = 1 << 20
_MOST_OTHERS = 1 << 16
_MOST_CHARS = 200


def order_key(
    channel: Channel,
    body: bytes,
    headers: Mapping[str, str],
    settings: Mapping[str, str],
) -> str | None:
    """The order's own id, or None; `settings` are the source's."""
    if channel.order_key is None:
        return None
    item = _item(channel, body, settings)
    roots: dict[str, Tree] = {"document": item, "headers": dict(headers)}
    found = plain_text(channel.order_key(Scope(item, None, roots), Notebook()))
    return found[:_MOST_CHARS] if found else None


def _item(channel: Channel, body: bytes, settings: Mapping[str, str]) -> Tree:
    """The document; of formats that are dear to read, only of small ones."""
    if channel.format == "json":
        if len(body) > _MOST_JSON:
            return None
        try:
            # Faster by far than the exact parser, and exact enough: for ids of up to
            # 64 bits.
            document: object = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        return document
    if len(body) > _MOST_OTHERS:
        return None
    try:
        parsed = channel.parsed(body, settings)
    except UnparsableError:
        return None
    return parsed.items[0] if len(parsed.items) == 1 else None
