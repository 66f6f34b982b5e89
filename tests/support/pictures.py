"""The laws that every picture keeps, whatever is drawn."""

import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from processors.web.charts import Picture

_STEP = re.compile(r"([A-Za-z])|(-?\d+(?:\.\d+)?)")
_SHIFT = re.compile(r"translate\((\S+) (\S+)\)")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "A": 7, "Z": 0}
SLACK = 1.6
"""A point alone is a stroke of three units around it."""


def parsed(markup: str) -> ET.Element:
    """Return markup as a tree; fails where it is not well-formed."""
    return ET.fromstring(markup)  # noqa: S314 - made by us


def held(picture: Picture) -> ET.Element:
    """Return a picture's figure after holding it to every law."""
    figure = parsed(picture.__html__())
    for element in figure.iter():
        names = set(element.attrib)
        assert element.tag not in {"script", "style", "foreignObject"}
        assert not names & {"style", "id"}
        assert not [name for name in names if name.startswith("on")]
    drawings = [each for each in figure.iter("svg") if "viewBox" in each.attrib]
    for svg in drawings:
        inside(svg)
    described = [svg for svg in drawings if svg.get("aria-hidden") != "true"]
    for svg in described:
        assert svg.get("role") == ("group" if svg.find(".//a") is not None else "img")
        assert svg.findtext("title") is not None
        assert svg.findtext("desc")
    return figure


def inside(svg: ET.Element) -> None:
    """Hold all places of a drawing to be finite and within its view box."""
    _, _, width, height = map(float, (svg.get("viewBox") or "").split())
    assert width > 0
    assert height > 0
    for x, y in places(svg):
        assert math.isfinite(x)
        assert math.isfinite(y)
        assert -SLACK <= x <= width + SLACK, (x, width)
        assert -SLACK <= y <= height + SLACK, (y, height)


def places(svg: ET.Element) -> Iterator[tuple[float, float]]:
    """Return every place that a drawing names."""
    for element in svg.iter():
        get = element.get
        dx, dy = 0.0, 0.0
        if shift := _SHIFT.fullmatch(get("transform", "")):
            dx, dy = float(shift[1]), float(shift[2])
        if element.tag == "path":
            yield from ((x + dx, y + dy) for x, y in _steps(get("d", "")))
        elif element.tag == "circle":
            yield float(get("cx", "nan")), float(get("cy", "nan"))
        elif element.tag in {"text", "rect"}:
            x, y = float(get("x", "nan")), float(get("y", "nan"))
            yield x, y
            wide, high = float(get("width", "0")), float(get("height", "0"))
            assert wide >= 0
            assert high >= 0
            yield x + wide, y + high


def _steps(data: str) -> Iterator[tuple[float, float]]:
    """Walk through path data; every corner and control point is a place."""
    words = [found[0] for found in _STEP.finditer(data)]
    assert "".join(words) == data.replace(" ", "")
    x, y, at, verb = 0.0, 0.0, 0, "M"
    while at < len(words):
        if words[at].isalpha():
            verb, at = words[at], at + 1
        count = _COUNTS[verb.upper()]
        numbers = [float(word) for word in words[at : at + count]]
        assert len(numbers) == count
        at += count
        relative = verb.islower()
        match verb.upper():
            case "Z":
                continue
            case "H":
                x = numbers[0] + (x if relative else 0)
            case "V":
                y = numbers[0] + (y if relative else 0)
            case "C":
                yield from zip(numbers[:4:2], numbers[1:4:2], strict=True)
                x, y = numbers[-2:]
            case _:
                x = numbers[-2] + (x if relative else 0)
                y = numbers[-1] + (y if relative else 0)
        yield x, y


def classes(figure: ET.Element) -> set[str]:
    """Return all classes that are used."""
    return {
        name for element in figure.iter() for name in element.get("class", "").split()
    }


def rows(figure: ET.Element) -> list[list[str]]:
    """Return the text of the rows of the table, without its head."""
    return [
        ["".join(cell.itertext()) for cell in row]
        for row in figure.findall(".//tbody/tr")
    ]
