"""Which parser a channel wants, and with what."""

import codecs
from collections.abc import Callable, Mapping
from functools import partial

from bus.intake.channels.shape import Block
from bus.intake.parsing.csvtree import Dialect, parse_csv
from bus.intake.parsing.dialects import settled
from bus.intake.parsing.edifact import parse_edifact
from bus.intake.parsing.jsontree import parse_json
from bus.intake.parsing.paths import Path, Scope, WordingError, listed, read_path
from bus.intake.parsing.segments import Loops
from bus.intake.parsing.tree import (
    Limits,
    Parsed,
    TooMuchError,
    Tree,
    UnparsableError,
)
from bus.intake.parsing.x12 import parse_x12
from bus.intake.parsing.xmltree import parse_xml
from bus.intake.yamltree import Node, Problems

FORMATS = ("json", "xml", "x12", "edifact", "csv")
KEYS = ("limits", "split", "namespaces", "doctype", "loops", "csv")
Parse = Callable[[bytes], Parsed]


def parser_of(kind: str, block: Block) -> Parse:
    """Return the parser that channel.yaml asks for."""
    limits = _limits(block.block("limits"))
    if kind in {"x12", "edifact"}:
        loops = _loops(block.block("loops").node, block.problems)
        parse_edi = parse_x12 if kind == "x12" else parse_edifact
        return _bounded(limits, partial(parse_edi, limits=limits, loops=loops))
    if kind == "csv":
        dialect = _dialect(block.block("csv"))
        return _bounded(limits, partial(parse_csv, limits=limits, dialect=dialect))
    split = _split(block)
    if kind == "json":
        return _bounded(limits, _splitting(partial(parse_json, limits=limits), split))
    parse = partial(
        parse_xml,
        limits=limits,
        namespaces=block.pairs("namespaces"),
        doctype=block.flag("doctype"),
    )
    return _bounded(limits, _splitting(parse, split))


def settled_parser_of(
    kind: str, block: Block
) -> Callable[[bytes, Mapping[str, str]], Parsed] | None:
    """The parser by the settings of a source; None: they say nothing of it.

    What is wrong with channel.yaml is told by `parser_of`.
    """
    written, limits = dialect_of(kind, block), limits_of(block)
    if written is None:
        return None

    def parse(body: bytes, settings: Mapping[str, str]) -> Parsed:
        try:
            dialect = settled(written, settings)
        except ValueError as error:
            raise UnparsableError(f"the source's settings: {error}") from None
        return _bounded(limits, partial(parse_csv, limits=limits, dialect=dialect))(
            body
        )

    return parse


def dialect_of(kind: str, block: Block) -> Dialect | None:
    """How files of CSV are written; None: it is another format."""
    if kind != "csv":
        return None
    return _dialect(Block(block.node, "", Problems("")).block("csv"))


def limits_of(block: Block) -> Limits:
    """What a submission may be at most; what is wrong is told by `parser_of`."""
    return _limits(Block(block.node, "", Problems("")).block("limits"))


def _limits(block: Block) -> Limits:
    block.only(("bytes", "depth", "values", "items"))
    return Limits(
        bytes=block.size("bytes", "1MiB"),
        depth=block.number("depth", 64),
        nodes=block.number("values", 250_000),
        items=block.number("items", 10_000),
    )


def _bounded(limits: Limits, parse: Parse) -> Parse:
    def parse_bounded(body: bytes) -> Parsed:
        if len(body) > limits.bytes:
            raise TooMuchError(
                f"{len(body):,} bytes; at most {limits.bytes:,} are read"
            )
        parsed = parse(body)
        if len(parsed.items) > limits.items:
            raise TooMuchError(f"more than {limits.items:,} items")
        return parsed

    return parse_bounded


def _splitting(parse: Callable[[bytes], Tree], split: Path | None) -> Parse:
    def parse_split(body: bytes) -> Parsed:
        document = parse(body)
        if split is None:
            return Parsed(document, [document])
        scope = Scope(document, None, {"document": document})
        return Parsed(document, list(listed(split.read(scope))))

    return parse_split


def _split(block: Block) -> Path | None:
    node = block.node.get("split")
    if node is None:
        return None
    try:
        return read_path(block.text("split"))
    except WordingError as error:
        block.problems.add(node, "wording", str(error))
        return None


def _loops(node: Node, problems: Problems) -> Loops:
    """A loop's members are a list of names, or of mappings for loops within."""
    loops: dict[str, Loops] = {}
    for item in node.items or ():
        if item.text is not None:
            loops[item.text] = {}
        else:
            loops |= _loops(item, problems)
    for name, inner in node:
        loops[name] = _loops(inner, problems)
    if node.text is not None and not node.is_null:
        problems.add(node, "shape", "a loop is a list of segments, not a text")
    return loops


def _dialect(block: Block) -> Dialect:
    block.only(("delimiter", "quote", "encoding", "columns", "skip", "group"))
    delimiter = block.text("delimiter", ",").replace("tab", "\t") or ","
    quote, encoding = block.text("quote", '"'), block.text("encoding", "utf-8")
    for name, value in (("delimiter", delimiter), ("quote", quote)):
        if len(value) != 1:
            where = block.node.get(name) or block.node
            block.problems.add(where, "shape", f"{name} is one character (or tab)")
    try:
        codecs.lookup(encoding)
    except LookupError:
        where = block.node.get("encoding") or block.node
        block.problems.add(where, "shape", f"there is no encoding {encoding!r}")
    return Dialect(
        delimiter=delimiter,
        quote=quote,
        encoding=encoding,
        columns=tuple(str(node.text) for node in block.texts("columns")),
        skip=block.number("skip", 0),
        group=block.text("group", ""),
    )
