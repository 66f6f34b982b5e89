"""The body of a webhook: which representation, and its bytes.

All representations carry the same content. The mapping to XML is
`schemas/webhook.xsd`: see `_write_xml`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import NamedTuple, Protocol, assert_never

import orjson

from bus.errors import InvalidSubscriptionError, RenderError
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


# --- negotiation, RFC 9110 section 12.5.1

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110's word for a word
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARAMETERS = rf"(?:\s*;(?:\s*{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))?)*"
_RANGE = re.compile(rf"\s*({_TOKEN})/({_TOKEN})({_PARAMETERS})\s*")
_PARAMETER = re.compile(rf"({_TOKEN})=({_TOKEN}|{_QUOTED})")
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED}|")+')
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class _MediaRange(NamedTuple):
    kind: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    weight: float

    def specificity(self, offered: Representation) -> int:
        """How narrowly it covers a representation; 0 if not at all."""
        kind, subtype = offered.value.split("/")
        if any(p != ("charset", "utf-8") for p in self.parameters):
            return 0
        match self.kind == kind, self.subtype == subtype:
            case True, True:
                return 3 + len(self.parameters)
            case True, False if self.subtype == "*":
                return 2
            case False, False if self.kind == self.subtype == "*":
                return 1
            case _:
                return 0


def negotiate(accept: str) -> Representation:
    """Return the representation that an Accept header wants most.

    The most specific media range that covers a representation gives its weight
    (RFC 9110, 12.5.1); equal weights go in the order of `Representation`.

    Raises:
        InvalidSubscriptionError: for `accept`: malformed, or nothing we offer.
    """
    ranges = [_media_range(part) for part in _ELEMENT.findall(accept) if part.strip()]
    wanted = {r: _weight(ranges, r) for r in Representation}
    best = max(Representation, key=wanted.__getitem__)
    if wanted[best] > 0:
        return best
    raise InvalidSubscriptionError("accept", f"nothing in it is offered; {_offer()}")


def _weight(ranges: list[_MediaRange], offered: Representation) -> float:
    covering = [(r.specificity(offered), r.weight) for r in ranges]
    return max((c for c in covering if c[0]), default=(0, 0.0))[1]


def _media_range(text: str) -> _MediaRange:
    found = _RANGE.fullmatch(text)
    if found is None or (found[1] == "*" and found[2] != "*"):
        raise InvalidSubscriptionError(
            "accept", f"{text.strip()[:80]!r} is no media range; {_offer()}"
        )
    weight = 1.0
    parameters: list[tuple[str, str]] = []
    for name, value in _PARAMETER.findall(found[3]):
        if name.lower() == "q":
            if not _WEIGHT.fullmatch(value):
                raise InvalidSubscriptionError(
                    "accept", f"q={value[:20]} is no weight; expected 0 to 1"
                )
            weight = float(value)
            break  # what follows the weight was never a media type parameter
        parameters.append((name.lower(), value.strip('"').lower()))
    return _MediaRange(found[1].lower(), found[2].lower(), tuple(parameters), weight)


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
