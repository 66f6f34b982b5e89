"""The body of a webhook: which representation, and its bytes.

All representations carry the same content. The mapping to XML is
`schemas/webhook.xsd`: see `_write_xml`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Protocol, assert_never

import orjson

from bus.errors import InvalidSubscriptionError, RenderError
from bus.webhook.accepting import elements, most_wanted, read_range
from bus.webhook.document import Document, plain

NAMESPACE = "urn:orderbus:webhook:v1"


class Representation(StrEnum):
    """What a body can be; the first one wins among equally wanted ones."""

    JSON = "application/json"
    XML = "application/xml"
    CLOUDEVENTS = "application/cloudevents+json"


class Transform(Protocol):
    """A compiled expression over a document."""

    def evaluate(self, document: object) -> object:
        """Return what takes the place of `data`."""
        ...


_CONTENT_TYPES = {
    Representation.JSON: "application/json",
    Representation.XML: "application/xml; charset=utf-8",
    Representation.CLOUDEVENTS: "application/cloudevents+json; charset=utf-8",
}


def content_type(representation: Representation) -> str:
    """Return the `content-type` header of a representation."""
    return _CONTENT_TYPES[representation]


# --- negotiation


def negotiate(accept: str) -> Representation:
    """Return the representation that an Accept header wants most.

    Equal weights go in the order of `Representation`.

    Raises:
        InvalidSubscriptionError: for `accept`: malformed, or nothing we offer.
    """
    try:
        ranges = [read_range(part) for part in elements(accept)]
    except ValueError as error:
        raise InvalidSubscriptionError("accept", f"{error}; {_offer()}") from None
    best = most_wanted(ranges, list(Representation))
    if best is None:
        why = f"nothing in it is offered; {_offer()}"
        raise InvalidSubscriptionError("accept", why)
    return Representation(best)


def _offer() -> str:
    return "there are: " + ", ".join(Representation)


# --- bodies


def render(
    doc: Document, representation: Representation, transform: Transform | None = None
) -> bytes:
    """Return the body of a document, the bytes that are signed and sent.

    A transform is evaluated over the document; its result takes the place of
    `data`, the envelope stays.

    Raises:
        RenderError: the transform failed, or made what no body can hold.
    """
    if transform is not None:
        try:
            doc = {**doc, "data": transform.evaluate(doc)}
        except Exception as error:
            raise RenderError(f"transform: {str(error) or type(error).__name__}") from (
                error
            )
    try:
        match representation:
            case Representation.JSON:
                return orjson.dumps(doc)
            case Representation.CLOUDEVENTS:
                return orjson.dumps(_cloudevent(doc))
            case Representation.XML:
                return _xml(doc)
            case _:
                assert_never(representation)
    except (TypeError, RecursionError) as error:
        raise RenderError(f"{representation}: {error}") from error


def render_outline(outline: Document) -> bytes:
    """Return the JSON body of an outline: what `render` makes of its document.

    orjson walks it and asks for what is not plain, which is several times as fast as
    a walk of our own.

    Raises:
        RenderError: it holds what no body can hold.
    """
    try:
        return orjson.dumps(outline, plain, orjson.OPT_PASSTHROUGH_DATETIME)
    except (TypeError, RecursionError) as error:
        raise RenderError(f"{Representation.JSON}: {error}") from error


def _cloudevent(doc: Document) -> Document:
    added = doc["bus"] if isinstance(doc["bus"], dict) else {}
    return {
        **added.get("extensions", {}),
        "specversion": "1.0",
        "id": doc["id"],
        "source": added.get("source"),
        "type": doc["type"],
        "subject": doc["order_id"],
        "time": doc["timestamp"],
        "datacontenttype": "application/json",
        "data": {name: doc[name] for name in _CONTENT},
    }


_CONTENT = ("order_id", "status", "data", "metadata", "bus")

# --- XML

_NAME = re.compile(r"(?!(?i:xml))[A-Za-z_][A-Za-z0-9._-]*")
_ESCAPED = re.compile('[&<>"\t\r\n\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",  # a parser would read a bare one as a line feed
}
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<event xmlns="{NAMESPACE}">'


def _xml(doc: Document) -> bytes:
    parts = [_HEAD]
    for name, value in doc.items():
        _write_xml(parts, name, value)
    parts.append("</event>")
    return "".join(parts).encode()


def _write_xml(parts: list[str], name: str, value: object) -> None:
    """Write one named value.

    Text and maps with entries need no mark; all else has a `type`: `number`,
    `boolean`, `null`, `list` (of `item`s) and, where empty, `map`. A name that XML
    does not allow becomes `<entry key="…">`. Characters that XML 1.0 cannot hold
    become U+FFFD.
    """
    if _NAME.fullmatch(name):
        start = end = name
    else:
        start, end = f'entry key="{_escaped(name)}"', "entry"
    if isinstance(value, str):
        parts.append(f"<{start}>{_escaped(value)}</{end}>")
    elif isinstance(value, Mapping) and value:
        parts.append(f"<{start}>")
        for key, item in value.items():
            _write_xml(parts, str(key), item)
        parts.append(f"</{end}>")
    elif isinstance(value, list):
        parts.append(f'<{start} type="list">')
        for item in value:
            _write_xml(parts, "item", item)
        parts.append(f"</{end}>")
    else:
        kind, text = _scalar(value)
        parts.append(f'<{start} type="{kind}">{text}</{end}>')


def _scalar(value: object) -> tuple[str, str]:
    match value:
        case bool():
            return "boolean", "true" if value else "false"
        case int():
            return "number", str(value)
        case float() if isfinite(value):
            return "number", repr(value)
        case float() | None:
            return "null", ""
        case Mapping():
            return "map", ""
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be written")


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)
