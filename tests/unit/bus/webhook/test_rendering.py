"""Which representation a subscriber gets, and its bytes."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from cloudevents.core.v1.event import CloudEvent

from bus.delivery.expressions import compile_expression
from bus.errors import InvalidSubscriptionError, RenderError
from bus.webhook.document import Document, document
from bus.webhook.rendering import (
    NAMESPACE,
    Representation,
    content_type,
    negotiate,
    render,
)
from tests.support.facts import an_event

JSON, XML, CLOUDEVENTS = Representation
SCHEMA = Path(__file__).parents[4] / "schemas" / "webhook.xsd"
DOC = document(an_event())


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", JSON),
        ("application/xml", XML),
        ("APPLICATION/XML;Charset=UTF-8", XML),
        ('application/xml; charset="utf-8"', XML),
        ("application/cloudevents+json", CLOUDEVENTS),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html, application/xml;q=0.9, */*;q=0.8", XML),
        ("application/xml, application/json", JSON),
        ("application/json;q=0.5, application/xml;q=0.501", XML),
        ("*/*, application/json;q=0", XML),
        ("application/*, application/json;q=0.1, application/xml;q=0.2", CLOUDEVENTS),
        ("*/*;q=0.1, application/*;q=0", None),
        ("application/json;q=0", None),
        ("application/json;version=2", None),
        ('text/x;a="1,\\"2", , application/xml', XML),
        ("application/xml;q=1.000;level=1", XML),
        ("application/json;q=0.2, application/json;charset=utf-8;q=0, text/xml", None),
        ("text/xml", None),
        ("*/*;version=1", None),
    ],
)
def test_negotiation(accept: str, expected: Representation | None) -> None:
    """RFC 9110: the most specific range gives the weight, ties go in our order."""
    if expected is not None:
        assert negotiate(accept) is expected
        return
    with pytest.raises(InvalidSubscriptionError, match="application/cloudevents") as c:
        negotiate(accept)
    assert c.value.field == "accept"


@pytest.mark.parametrize(
    "accept",
    [
        "",
        " ,, ",
        "json",
        "*/json",
        "application/",
        "a/b c",
        "application/json;q=2",
        "application/json;q=0.1234",
        "application/json;q=x",
        'application/json;a="',
        "application/json;;;a",
        'application/json "',
        'application/json", application/xml',
        "a/b" + " ; " * 1_000 + "!",
    ],
)
def test_malformed_accept_headers_are_refused(accept: str) -> None:
    """What is no Accept header is refused at registration."""
    with pytest.raises(InvalidSubscriptionError, match=r"^accept: "):
        negotiate(accept)


def test_content_types() -> None:
    """Each representation has its header; XML says its charset."""
    assert content_type(JSON) == "application/json"
    assert content_type(XML) == "application/xml; charset=utf-8"
    assert content_type(CLOUDEVENTS).startswith("application/cloudevents+json")


def test_json_is_the_document() -> None:
    """The JSON body says what the document says."""
    assert json.loads(render(DOC, JSON)) == DOC


def test_cloudevents_readers_understand_the_body() -> None:
    """Structured mode, CloudEvents 1.0: attributes outside, the rest in data."""
    body = json.loads(render(DOC, CLOUDEVENTS))
    data = body.pop("data")
    assert body == {
        "specversion": "1.0",
        "id": "75de5356-442d-56e5-8854-1fa43cac5565",
        "source": "/oms/web",
        "type": "order.created",
        "subject": "SO-1",
        "time": "2026-11-23T12:00:00.123456Z",
        "datacontenttype": "application/json",
    }
    assert data == {
        n: DOC[n] for n in ("order_id", "status", "data", "metadata", "bus")
    }
    attributes = body | {"time": an_event().time}
    assert CloudEvent(attributes, data).get_subject() == "SO-1"


def test_xml_text() -> None:
    """Partners find natural names; only what is no text is marked."""
    doc: Document = {
        "id": "1",
        "data": {"qty": 2, "b": True, "tags": ["x", None], "m": {}},
    }
    assert render(doc, XML).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<event xmlns="{NAMESPACE}"><id>1</id>'
        '<data><qty type="number">2</qty><b type="boolean">true</b>'
        '<tags type="list"><item>x</item><item type="null"></item></tags>'
        '<m type="map"></m></data></event>'
    )


@pytest.mark.parametrize(
    ("name", "tag", "key"),
    [
        ("line_1", "line_1", None),
        ("1st", "entry", "1st"),
        ("xmlns", "entry", "xmlns"),
        ("a b", "entry", "a b"),
        ("ö", "entry", "ö"),
        ("", "entry", ""),
        ("a:b", "entry", "a:b"),
        ('"<&\n', "entry", '"<&\n'),
        ("entry", "entry", None),
    ],
)
def test_names_that_xml_does_not_allow(name: str, tag: str, key: str | None) -> None:
    """Any key of any map has an element."""
    root = ET.fromstring(render({name: "v"}, XML))  # noqa: S314 - our own bytes
    assert (root[0].tag, root[0].get("key")) == (f"{{{NAMESPACE}}}{tag}", key)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a\r\n\tb", "a\r\n\tb"),
        ("<&>\"'", "<&>\"'"),
        ("\x00\x0b\x1f\ufffe", "\ufffd" * 4),
        ("\ud800", "\ufffd"),
        ("\U0001f600ö", "\U0001f600ö"),
    ],
)
def test_characters_that_xml_does_not_allow(text: str, read: str) -> None:
    """No character breaks a delivery; those XML can hold come back unchanged."""
    root = ET.fromstring(render({"a": text}, XML))  # noqa: S314 - our own bytes
    assert root[0].text == read


def test_xml_bodies_validate_against_the_published_schema() -> None:
    """Whatever the event, even one with a field called event."""
    schema = xmlschema.XMLSchema(SCHEMA)
    odd = {**DOC, "status": None, "data": {"event": {"id": 1}, "a b": [], "n": 1.5}}
    for doc in (DOC, odd, {**DOC, "data": []}, {**DOC, "data": None}):
        schema.validate(render(doc, XML).decode())
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(render({"id": "1"}, XML).decode())


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (
            "{order: order_id, skus: data.lines[].sku}",
            {"order": "SO-1", "skus": ["X-1"]},
        ),
        ("data.lines[].quantity", [2]),
        ("data.nothing", None),
    ],
)
def test_a_transform_replaces_data(text: str, data: object) -> None:
    """The envelope stays, the document is not changed."""
    transform = compile_expression(text)
    assert json.loads(render(DOC, JSON, transform)) == {**DOC, "data": data}
    assert json.loads(render(DOC, CLOUDEVENTS, transform))["data"]["data"] == data
    assert document(an_event()) == DOC


@pytest.mark.parametrize("representation", Representation)
@pytest.mark.parametrize(
    "text", ["abs(status)", "&status", "data.lines[0].price.amount > `1`"]
)
def test_a_transform_that_fails(text: str, representation: Representation) -> None:
    """It says why, and is final for this event."""
    with pytest.raises(RenderError):
        render(DOC, representation, compile_expression(text))


def test_values_out_of_range() -> None:
    """NaN is null in XML as in JSON; what JSON cannot hold is refused."""
    assert b'<a type="null"></a>' in render({"a": float("nan")}, XML)
    assert b'<a type="number">0.5</a>' in render({"a": 0.5}, XML)
    with pytest.raises(RenderError, match="application/json"):
        render({"a": 2**70}, JSON)


def test_extensions_travel_on() -> None:
    """They are attributes of the CloudEvent again, and never take the place of ours."""
    extensions = (("tenant", "acme"), ("traceparent", "00-1"), ("id", "mine"))
    event = replace(an_event(), extensions=extensions)
    body = json.loads(render(document(event), CLOUDEVENTS))
    assert (body["tenant"], body["traceparent"]) == ("acme", "00-1")
    assert body["id"] == event.webhook_id
    assert body["data"]["bus"]["extensions"] == dict(extensions)
    assert "<tenant>acme</tenant>" in render(document(event), XML).decode()


def test_a_cloudevent_without_our_part_has_no_source() -> None:
    """A document always has it; another one does not crash."""
    doc = {**DOC, "bus": None}
    assert json.loads(render(doc, CLOUDEVENTS))["source"] is None
