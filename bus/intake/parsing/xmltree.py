"""XML to a tree, by expat alone: no DTD, no entities of its own, nothing fetched.

An element is its text if it has nothing else, else a dict: its attributes by `@name`,
its children by name (a list where a name comes again), its text by `#text`. Names have
the prefixes that the channel gives to their namespaces, whatever the document's are;
those of other namespaces have none.
"""

from collections.abc import Mapping
from typing import cast
from xml.parsers import expat

from bus.intake.parsing.tree import Limits, TooMuchError, Tree, UnparsableError

_Element = dict[str, object]
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "ascii"})


def parse_xml(
    body: bytes,
    limits: Limits,
    namespaces: Mapping[str, str],
    *,
    doctype: bool = False,
) -> Tree:
    """Return the tree of an XML document: its root's name, and the root by it.

    `namespaces` has the URI of each prefix. With `doctype` a document type
    declaration without anything of its own in it is passed over (cXML requires one);
    its external part is never read.

    Raises:
        UnparsableError: Not well-formed, or it has what is not allowed here.
    """
    builder = _Builder(limits, {uri: prefix for prefix, uri in namespaces.items()})
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.XmlDeclHandler = _check_encoding
    parser.StartDoctypeDeclHandler = _check_doctype if doctype else _refuse_doctype
    parser.EntityDeclHandler = _refuse_entity
    parser.UnparsedEntityDeclHandler = _refuse_entity
    parser.SkippedEntityHandler = _refuse_entity
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 - that this is all of it
    except expat.ExpatError as error:
        why = expat.errors.messages.get(error.code, "not well-formed")
        at = f"line {error.lineno}, column {error.offset + 1}"
        raise UnparsableError(f"no XML: {why} at {at}") from None
    except ValueError as error:  # an encoding that expat has not
        raise UnparsableError(f"no XML: {error}") from None
    return builder.root


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise UnparsableError(f"the encoding {encoding[:40]!r} is not read")


def _check_doctype(
    _name: str, _system: str | None, _public: str | None, internal: int
) -> None:
    if internal:
        raise UnparsableError("the document type declaration declares something")


def _refuse_doctype(*_: object) -> None:
    raise UnparsableError("a document type declaration is not allowed")


def _refuse_entity(*_: object) -> None:
    raise UnparsableError("entities of its own are not allowed")


class _Builder:
    """Takes expat's calls; one dict an open element."""

    def __init__(self, limits: Limits, prefixes: Mapping[str, str]) -> None:
        self.root: _Element = {}
        self._limits = limits
        self._prefixes = prefixes
        self._open: list[tuple[str, _Element, list[str]]] = []
        self._nodes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > self._limits.nodes:
            raise TooMuchError(f"more than {self._limits.nodes:,} values")
        if len(self._open) >= self._limits.depth:
            raise TooMuchError(f"nested more than {self._limits.depth} deep")
        element: _Element = {
            f"@{self._named(key)}": value for key, value in attributes.items()
        }
        self._open.append((self._named(name), element, []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, element, texts = self._open.pop()
        text = "".join(texts).strip()
        value: Tree = element
        if not element:
            value = text
        elif text:
            element["#text"] = text
        _add(self._open[-1][1] if self._open else self.root, name, value)

    def _named(self, name: str) -> str:
        uri, _, local = name.rpartition(" ")
        prefix = self._prefixes.get(uri, "")
        return f"{prefix}:{local}" if prefix else local


def _add(parent: _Element, name: str, value: Tree) -> None:
    there = parent.get(name)
    if name not in parent:
        parent[name] = value
    elif isinstance(there, list):
        cast("list[Tree]", there).append(value)
    else:
        parent[name] = [there, value]
