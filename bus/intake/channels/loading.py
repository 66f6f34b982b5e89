"""The texts of a channel's folder to a channel, or all that is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from bus.contracts.catalogue import Catalogue
from bus.intake.channels.answers import read_answering
from bus.intake.channels.definition import (
    IGNORED,
    OTHERS,
    Channel,
    SampleSettings,
    Section,
    Setting,
)
from bus.intake.channels.fetching import read_fetching
from bus.intake.channels.formats import (
    FORMATS,
    KEYS,
    dialect_of,
    limits_of,
    parser_of,
    settled_parser_of,
)
from bus.intake.channels.reconciling import read_reconciling
from bus.intake.channels.sections import read_sections
from bus.intake.channels.shape import Block
from bus.intake.channels.verifiers import read_verifier
from bus.intake.channels.webhooks import read_webhooks
from bus.intake.converters.codes import CURRENCIES
from bus.intake.mapping.compiling import Compiler
from bus.intake.mapping.lines import Make, Words
from bus.intake.yamltree import EMPTY, Node, Problem, Problems, read_yaml

DEFINITION, MAPPING = "channel.yaml", "mapping.yaml"
_KEYS = (
    "channel",
    "title",
    "about",
    "format",
    *KEYS,
    "verify",
    "answers",
    "type",
    "key",
    "events",
    "event_id",
    "deduplicate",
    "numbered",
    "fetch",
    "reconcile",
    "webhooks",
    "settings",
    "tables",
    "minor_units",
    "samples",
)
_VERSION_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Loaded:
    """A channel, if nothing is wrong with it, and what is."""

    channel: Channel | None
    problems: tuple[Problem, ...]


def load_channel(name: str, files: Mapping[str, str], catalogue: Catalogue) -> Loaded:
    """Return the channel of a folder of this name; never raises.

    `files` has the texts of channel.yaml and mapping.yaml.
    """
    defined, mapped = Problems(DEFINITION), Problems(MAPPING)
    for file, problems in ((DEFINITION, defined), (MAPPING, mapped)):
        if file not in files:
            problems.add(EMPTY, "no_file", "a channel has this file")
    if DEFINITION not in files:
        return Loaded(None, (*defined.found, *mapped.found))
    block = Block(read_yaml(files.get(DEFINITION, ""), defined), "", defined)
    channel = _channel(name, block)
    words = Words(channel.tables, _places(block))
    sections = read_sections(
        read_yaml(files.get(MAPPING, ""), mapped), words, catalogue, mapped
    )
    _check_fetching(channel, block)
    _check_numbered(channel, block)
    if MAPPING in files and not mapped.found:
        _check_events(channel, sections, block)
    found = (*_by_line(defined), *_by_line(mapped))
    complete = replace(channel, version=_version(files), sections=sections)
    return Loaded(None if found else complete, found)


def _channel(name: str, block: Block) -> Channel:
    """All but its sections."""
    block.only(_KEYS)
    if block.text("channel") != name:
        where = block.node.get("channel") or block.node
        block.problems.add(where, "shape", f"channel is the folder's name, {name}")
    kind = block.one_of("format", FORMATS, "json")
    tables = {
        key: block.block("tables").pairs(key) for key, _ in block.block("tables").node
    }
    compiler = Compiler(Words(tables, {}), block.problems)
    again = block.block("deduplicate")
    again.only(("window",))
    return Channel(
        name=name,
        title=block.text("title"),
        about=block.text("about", ""),
        format=kind,
        version="",
        parse=parser_of(kind, block),
        dialect=dialect_of(kind, block),
        parse_as=settled_parser_of(kind, block),
        verifier=read_verifier(block.block("verify")),
        native_type=compiler.value(block.node.get("type") or Node(1, text="=message")),
        events=_events(block),
        event_id=tuple(compiler.value(node) for node in block.texts("event_id")),
        deduplicate_s=again.seconds("window", "7d"),
        sections={},
        settings=_settings(block.block("settings")),
        tables=tables,
        samples=_samples(block.block("samples")),
        lines=tuple(compiler.filled),
        answering=read_answering(block.block("answers")),
        order_key=_key(compiler, block.node.get("key")),
        limit=limits_of(block).bytes,
        fetch=read_fetching(block.block("fetch")),
        reconcile=read_reconciling(block.block("reconcile")),
        webhooks=read_webhooks(block.block("webhooks")),
        numbered=frozenset(str(node.text) for node in block.texts("numbered")),
    )


def _key(compiler: Compiler, node: Node | None) -> Make | None:
    return None if node is None else compiler.value(node)


def _by_line(problems: Problems) -> list[Problem]:
    return sorted(problems.found, key=lambda problem: problem.line)


def _version(files: Mapping[str, str]) -> str:
    digest = sha256()
    for file in (DEFINITION, MAPPING):
        digest.update(files.get(file, "").encode() + b"\0")
    return digest.hexdigest()[:_VERSION_DIGITS]


def _events(block: Block) -> dict[str, tuple[str, ...]]:
    """Native types to the sections they go through; none for ignored ones."""
    found: dict[str, tuple[str, ...]] = {}
    events = block.block("events")
    if not events.node.members:
        block.problems.add(events.node, "shape", "events says what becomes what")
    for key, _ in events.node:
        names = tuple(str(node.text) for node in events.texts(key))
        found[key] = () if names == (IGNORED,) else names
    return found


def _check_events(
    channel: Channel, sections: Mapping[str, Section], block: Block
) -> None:
    events = block.block("events")
    for key, value in events.node:
        for name in channel.events.get(key, ()):
            if name not in sections:
                known = ", ".join(sections) or "none"
                text = f"{MAPPING} has no section {name!r}; it has {known}"
                block.problems.add(value, "unknown_section", text)
    used = {name for names in channel.events.values() for name in names}
    for name in sections.keys() - used:
        text = f"no native type goes to the section {name!r} of {MAPPING}"
        block.problems.add(events.node, "unused_section", text)


def _check_numbered(channel: Channel, block: Block) -> None:
    for node in block.texts("numbered"):
        if not channel.sections_of(str(node.text)):
            text = f"numbered: events does not say what becomes of {node.text!r}"
            block.problems.add(node, "unknown_type", text)


def _check_fetching(channel: Channel, block: Block) -> None:
    """What is fetched has to be a kind of message that the channel has."""
    fetch, node = channel.fetch, block.node.get("fetch") or block.node
    if fetch is None:
        return
    for native in (*sorted(fetch.after), fetch.native_type):
        if not channel.sections_of(native):
            text = f"fetch: events does not say what becomes of {native!r}"
            block.problems.add(node, "unknown_type", text)
    for name in {
        *fetch.url.names,
        *(n for t in fetch.headers.values() for n in t.names),
    }:
        setting = name.removeprefix("setting.")
        if setting != name and setting not in channel.settings:
            known = ", ".join(channel.settings) or "none"
            text = f"fetch: there is no setting {setting!r}; there are {known}"
            block.problems.add(node, "shape", text)


def _settings(block: Block) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for key, _ in block.node:
        one = block.block(key)
        one.only(("default", "about"))
        found[key] = Setting(one.text("default", ""), one.text("about"))
    return found


def _places(block: Block) -> dict[str, int]:
    places: dict[str, int] = {}
    inner = block.block("minor_units")
    for key, node in inner.node:
        places[key] = inner.number(key, 2)
        if key not in CURRENCIES:
            block.problems.add(node, "shape", f"{key} is no currency of ISO 4217")
    return places


def _samples(block: Block) -> SampleSettings:
    block.only(("instance", "url", "settings", "secrets", "keys", "observed_at"))
    otherwise = SampleSettings()
    return SampleSettings(
        instance=block.text("instance", otherwise.instance),
        url=block.text("url", otherwise.url),
        settings=block.pairs("settings"),
        secrets=tuple(str(node.text) for node in block.texts("secrets")),
        keys=tuple(str(node.text) for node in block.texts("keys")),
        observed_at=block.text("observed_at", otherwise.observed_at),
    )


__all__ = ["DEFINITION", "IGNORED", "MAPPING", "OTHERS", "Loaded", "load_channel"]
