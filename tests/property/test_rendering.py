"""Bodies: XML loses nothing that JSON has; no Accept header breaks registration."""

import json
from datetime import UTC
from math import isfinite
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bus.errors import InvalidSubscriptionError
from bus.webhook.document import document, outline
from bus.webhook.rendering import (
    NAMESPACE,
    Representation,
    negotiate,
    render,
    render_outline,
)
from tests.support.facts import an_event

CONTROLS = [chr(n) for n in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)]
LEGAL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats().filter(isfinite)
    | LEGAL,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(LEGAL, inner, max_size=4)
    ),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(LEGAL, VALUES, max_size=4)
PREFIX = f"{{{NAMESPACE}}}"


def read(element: ET.Element) -> object:
    """Read an element by the rules of the published schema."""
    text = element.text or ""
    match element.get("type"):
        case "number":
            return json.loads(text)
        case "boolean":
            return text == "true"
        case "null":
            return None
        case "list":
            assert all(child.tag == PREFIX + "item" for child in element)
            return [read(child) for child in element]
        case "map":
            return {}
        case _:
            return read_map(element) if len(element) else text


def read_map(element: ET.Element) -> dict[str, object]:
    """Read the members of a map."""
    return {
        child.get("key", child.tag.removeprefix(PREFIX)): read(child)
        for child in element
    }


@given(doc=DOCUMENTS)
def test_xml_is_lossless(doc: dict[str, object]) -> None:
    """A reader of the XML body gets what a reader of the JSON body gets."""
    root = ET.fromstring(render(doc, Representation.XML))  # noqa: S314 - our own bytes
    assert read_map(root) == doc
    assert json.loads(render(doc, Representation.JSON)) == doc


@given(doc=st.dictionaries(st.text(), st.text()))
def test_any_text_makes_readable_xml(doc: dict[str, str]) -> None:
    """No character of any event breaks a partner's parser."""
    body = render(dict(doc), Representation.XML)
    assert len(ET.fromstring(body)) == len(doc)  # noqa: S314 - our own bytes


ACCEPTS = st.lists(
    st.sampled_from(
        [
            "application/json",
            "*/*",
            ";q=0.5",
            ",",
            " ",
            ";",
            '"',
            "a/b",
            "application/*",
        ]
    )
).map("".join)


@given(accept=ACCEPTS | st.text())
def test_any_accept_header_is_answered(accept: str) -> None:
    """A representation, or an error that says what there is."""
    try:
        assert negotiate(accept) in Representation
    except InvalidSubscriptionError as error:
        assert error.field == "accept"  # noqa: PT017 - either is fine


@given(weights=st.tuples(*[st.integers(0, 1_000)] * 3).filter(any))
def test_the_highest_weight_wins(weights: tuple[int, int, int]) -> None:
    """With all named, the best weight is taken, the first of equal ones."""
    accept = ", ".join(
        f"{r.value};q={w / 1000}" for r, w in zip(Representation, weights, strict=True)
    )
    assert negotiate(accept) is list(Representation)[weights.index(max(weights))]


FIELDS = st.recursive(
    VALUES
    | st.floats()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.timezones())
    | st.dates()
    | st.times()
    | st.binary()
    | st.uuids(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(LEGAL, inner, max_size=4)
    ),
    max_leaves=15,
)


@given(data=st.dictionaries(LEGAL, FIELDS, max_size=4))
def test_the_short_way_to_json_leads_to_the_same_bytes(
    data: dict[str, object],
) -> None:
    """An outline's body is, byte for byte, that of the document."""
    event = an_event(data=data)
    body = render(document(event), Representation.JSON)
    assert render_outline(outline(event)) == body
