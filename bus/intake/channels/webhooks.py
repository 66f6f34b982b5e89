"""`webhooks` of channel.yaml: where its senders list theirs, and how one is made."""

from typing import Literal

from bus.intake.channels.fetching import (
    read_headers,
    read_limits,
    read_pairs,
    read_url,
)
from bus.intake.channels.shape import Block
from bus.intake.fetching.template import Template
from bus.intake.webhooks.declared import ADDRESS, ID, SECRET, TOPIC, Call, Webhooks

_KEYS = (
    *("url", "headers", "items", "topic", "address", "id", "active", "on"),
    *("make", "revive", "limits"),
)
_CALL = ("url", "body")
_KNOWN = frozenset({TOPIC, ADDRESS, SECRET, ID})


def read_webhooks(block: Block) -> Webhooks | None:
    """What channel.yaml declares; None: nothing, or what is declared is wrong."""
    if not block.node.members:
        return None
    block.only(_KEYS)
    url = read_url(block, "webhooks")
    items = block.text("items", "")
    revive = block.block("revive")
    return Webhooks(
        url=url or Template("", ()),
        items=tuple(items.split(".")) if items else (),
        topic=block.text("topic", "topic"),
        address=block.text("address", "address"),
        id=block.text("id", "id"),
        active=block.text("active", ""),
        on=block.text("on", "true").lower(),
        make=_call(block.block("make"), "POST"),
        revive=_call(revive, "PUT") if revive.node.members else None,
        headers=read_headers(block),
        limits=read_limits(block.block("limits")),
    )


def _call(block: Block, method: Literal["POST", "PUT"]) -> Call:
    block.only(_CALL)
    url = read_url(block, "webhooks")
    body = read_pairs(block, "body")
    for template in (*body.values(), *([url] if url else [])):
        for name in set(template.fields) - _KNOWN:
            text = f"webhooks: {name!r} is none of {', '.join(sorted(_KNOWN))}"
            block.problems.add(block.node, "shape", text)
    return Call(method, url or Template("", ()), body)
