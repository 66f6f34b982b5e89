"""`fetch` of channel.yaml: what is fetched after which messages, and how."""

from urllib.parse import urlsplit

from bus.intake.channels.shape import Block
from bus.intake.fetching.declared import Fetching, RateHeaders, Unit
from bus.intake.fetching.template import Template, read_template

_KEYS = ("after", "url", "headers", "as", "limits")
_LIMITS = ("remaining", "reset", "reset_in", "used", "rate")
_SETTING = "{setting."


def read_fetching(block: Block) -> Fetching | None:
    """What channel.yaml declares; None: nothing, or what is declared is wrong."""
    if not block.node.members:
        return None
    block.only(_KEYS)
    after = frozenset(str(node.text) for node in block.texts("after"))
    if not after:
        block.problems.add(block.node, "shape", "fetch.after names kinds of messages")
    url = read_url(block, "fetch")
    return Fetching(
        after=after,
        url=url or Template("", ()),
        native_type=block.text("as"),
        headers=read_headers(block),
        limits=read_limits(block.block("limits")),
    )


def read_headers(block: Block) -> dict[str, Template]:
    """What is sent along, by name in small letters."""
    found = read_pairs(block, "headers")
    return {name.lower(): template for name, template in found.items()}


def read_pairs(block: Block, key: str) -> dict[str, Template]:
    """A mapping of names to templates."""
    return {
        name: template
        for name in block.pairs(key)
        if (template := _template(block.block(key), name)) is not None
    }


def read_url(block: Block, place: str) -> Template | None:
    """The address, whose host the channel or the source says, and nobody else."""
    template = _template(block, "url")
    if template is None:
        return None
    where = block.node.get("url") or block.node
    if any(name.startswith("credential.") for name in template.names):
        text = f"{place}.url: credentials belong in headers"
        block.problems.add(where, "shape", text)
    host = template.text.startswith(_SETTING)
    if not host and not _names_host(template.text):
        text = f"{place}.url begins with https:// and a host, or {_SETTING}NAME}}"
        block.problems.add(where, "shape", text)
    return template


def _names_host(text: str) -> bool:
    """Whether it is https, and its host stands there or is a setting."""
    try:
        host = urlsplit(text).netloc
    except ValueError:
        return False
    of_setting = host.startswith(_SETTING) and host.endswith("}")
    return (
        text.startswith("https://")
        and bool(host)
        and (of_setting or not {"{", "}", "@"} & set(host))
    )


def _template(block: Block, name: str) -> Template | None:
    try:
        return read_template(block.text(name))
    except ValueError as error:
        where = block.node.get(name) or block.node
        block.problems.add(where, "shape", str(error))
        return None


def read_limits(block: Block) -> RateHeaders:
    """Where an API says how fast it may be asked."""
    block.only((*_LIMITS,))
    return RateHeaders(
        remaining=block.text("remaining", "").lower(),
        reset=block.text("reset", "").lower(),
        unit=Unit(block.one_of("reset_in", tuple(Unit), Unit.SECONDS)),
        used=block.text("used", "").lower(),
        rate=block.text("rate", "").lower(),
    )
