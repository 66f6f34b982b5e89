"""Logos: a picture that is small, and can do nothing but be looked at."""

import re
from xml.etree import ElementTree as ET

from bus.errors import ConfigurationError

MOST_BYTES = 64 * 1024
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
)
_EXPECTED = "expected a PNG, JPEG or WebP picture, or a plain SVG"
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "use",
        "symbol",
    ]
)
_BAD = re.compile(r"url\(\s*['\"]?(?!#)|javascript:|data:|@import", re.IGNORECASE)


def kind_of_logo(content: bytes) -> str:
    """What it is, as its file is called: png, jpg, webp or svg.

    Raises:
        ConfigurationError: it is too large, no picture, or could do something.
    """
    if len(content) > MOST_BYTES:
        raise ConfigurationError(f"more than {MOST_BYTES // 1024} KiB are too many")
    for start, kind in _KINDS:
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if b"<svg" not in content[:4096]:
        raise ConfigurationError(_EXPECTED)
    _check_svg(content)
    return "svg"


def _check_svg(content: bytes) -> None:
    """Shapes, gradients and words; no scripts, styles, links, or entities."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ConfigurationError("an SVG with a DOCTYPE is refused; remove it")
    try:
        root = ET.fromstring(content)  # noqa: S314 - no entities, and it is small
    except (ET.ParseError, ValueError, LookupError):
        raise ConfigurationError(f"it cannot be read; {_EXPECTED}") from None
    for element in root.iter():
        name = str(element.tag)
        if name.removeprefix(_SVG) not in _DRAWN or not name.startswith(_SVG):
            shown = name.rpartition("}")[2][:40]
            raise ConfigurationError(
                f"an SVG with <{shown}> is refused; draw it with plain shapes, or save"
                " it as PNG"
            )
        for attribute, value in element.attrib.items():
            _check_attribute(attribute.rpartition("}")[2], value)


def _check_attribute(name: str, value: str) -> None:
    elsewhere = name == "href" and not value.startswith("#")
    if name.lower().startswith("on") or name == "style" or elsewhere:
        raise ConfigurationError(
            f"an SVG with the attribute {name[:40]} is refused; save it as plain SVG,"
            " or as PNG"
        )
    if _BAD.search(value):
        raise ConfigurationError(f"an SVG whose {name[:40]} loads something is refused")
