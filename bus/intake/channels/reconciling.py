"""`reconcile` of channel.yaml: where orders that changed lately are listed."""

from bus.intake.channels.fetching import read_headers, read_limits, read_url
from bus.intake.channels.reconcile import SINCE, UNTIL, Reconciling
from bus.intake.channels.shape import Block
from bus.intake.fetching.template import Template

_KEYS = (
    *("url", "items", "moment", "new", "changed"),
    *("headers", "every", "overlap", "limits", "pages", "fetched"),
)
_KNOWN = frozenset({SINCE, UNTIL})
_LEAST_S, _MOST_S = 300, 900


def read_reconciling(block: Block) -> Reconciling | None:
    """What channel.yaml declares; None: nothing, or what is declared is wrong."""
    if not block.node.members:
        return None
    block.only(_KEYS)
    url = read_url(block, "reconcile")
    if url is not None and (strange := set(url.fields) - _KNOWN):
        text = f"reconcile.url: {min(strange)!r} is neither since nor until"
        block.problems.add(block.node.get("url") or block.node, "shape", text)
    every_s = block.seconds("every", "10m")
    if not _LEAST_S <= every_s <= _MOST_S:
        text = "reconcile.every: expected 5m to 15m"
        block.problems.add(block.node.get("every") or block.node, "shape", text)
    new = {} if block.flag("fetched") else block.pairs("new")
    return Reconciling(
        url=url or Template("", ()),
        items=_names(block, "items"),
        moment=_names(block, "moment"),
        new={name.lower(): text for name, text in new.items()},
        changed={n.lower(): t for n, t in (block.pairs("changed") or new).items()},
        headers=read_headers(block),
        every_s=every_s,
        overlap_s=block.seconds("overlap", "15m"),
        limits=read_limits(block.block("limits")),
        pages=block.text("pages", ""),
        fetched=block.flag("fetched"),
    )


def _names(block: Block, name: str) -> tuple[str, ...]:
    text = block.text(name, "")
    return tuple(text.split(".")) if text else ()
