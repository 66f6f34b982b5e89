"""An example is what a partner would get."""

import json
from pathlib import Path

import pytest
import xmlschema
from jsonschema import Draft202012Validator, FormatChecker
from standardwebhooks import Webhook

from bus.client.schemas import load_catalogue
from bus.contracts.codec import Schema, parse_schema
from bus.errors import InvalidEventError
from bus.webhook.example import EXAMPLE_SECRET, EXAMPLE_TIME, example, example_event
from bus.webhook.rendering import Representation
from bus.webhook.shape import body_shape
from bus.webhook.signing import generate_secret, public_key, verify

ROOT = Path(__file__).parents[4]
XSD = xmlschema.XMLSchema(ROOT / "schemas" / "webhook.xsd")
ALL = pytest.mark.parametrize("schema", load_catalogue(), ids=lambda s: s.event_type)
OWN = """{"type": "record", "name": "ReturnRequested", "namespace": "oms.returns.v1",
  "event_type": "returns.requested", "fields": [
    {"name": "order_id", "type": "string", "doc": "The order."},
    {"name": "status", "type": ["null", "string"], "doc": "How it is."},
    {"name": "worth", "doc": "Money.", "type":
      {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    {"name": "kind", "type": ["null",
      {"type": "enum", "name": "Kind", "symbols": ["a", "b"]}]},
    {"name": "weight", "type": "double"},
    {"name": "either", "type": ["string", "long"]},
    {"name": "within", "type": ["null", "ReturnRequested"]},
    {"name": "photo", "type": {"type": "fixed", "name": "Photo", "size": 2}},
    {"name": "names", "type": {"type": "map", "values": "boolean"}}
  ]}"""


@ALL
def test_is_signed_and_the_same_every_time(schema: Schema) -> None:
    """Anybody can verify it, in every representation, with the known secret."""
    for representation in Representation:
        made = example(schema, representation)
        assert made == example(schema, representation)
        headers = dict(made.headers)
        assert headers["webhook-id"] == made.event.webhook_id
        at = int(headers["webhook-timestamp"])
        assert at == EXAMPLE_TIME.timestamp()
        signed = Webhook(EXAMPLE_SECRET).sign(
            headers["webhook-id"], EXAMPLE_TIME, made.body.decode()
        )
        assert headers["webhook-signature"] == signed


@ALL
def test_has_every_field(schema: Schema) -> None:
    """As Avro reads it back: none is left out, amounts have their decimal places."""
    fields = [field["name"] for field in json.loads(schema.text)["fields"]]
    assert list(example_event(schema).data) == fields


@ALL
def test_bodies_are_as_described(schema: Schema) -> None:
    """The JSON body by its JSON Schema, the XML body by the published XSD."""
    shape = body_shape(schema)
    Draft202012Validator.check_schema(shape)
    body = json.loads(example(schema).body)
    checker = FormatChecker()
    Draft202012Validator(shape, format_checker=checker).validate(body)
    assert set(body["data"]) == set(shape["properties"]["data"]["properties"])  # type: ignore[index]
    XSD.validate(example(schema, Representation.XML).body.decode())


@pytest.mark.parametrize("part", ["id", "timestamp", "data", "bus"])
def test_the_shape_refuses_what_lacks_a_part(part: str) -> None:
    """A body without one of its parts is none."""
    schema = load_catalogue().schema("payment.captured")
    body = json.loads(example(schema).body)
    assert Draft202012Validator(body_shape(schema)).is_valid(body)
    del body[part]
    assert not Draft202012Validator(body_shape(schema)).is_valid(body)


def test_amounts_are_text_in_the_shape() -> None:
    """A number where money is to stand is refused."""
    schema = load_catalogue().schema("payment.captured")
    body = json.loads(example(schema).body)
    body["data"]["amount"]["amount"] = 12.06
    assert not Draft202012Validator(body_shape(schema)).is_valid(body)


def test_of_a_family_of_ones_own() -> None:
    """A type that no story tells of has an example, made of its schema."""
    schema = parse_schema(OWN)
    made = example(schema)
    body = json.loads(made.body)
    assert (made.event.type, body["order_id"]) == ("returns.requested", "order_id")
    assert body["data"]["worth"] == "1.00"
    Draft202012Validator(body_shape(schema)).validate(body)
    XSD.validate(example(schema, Representation.XML).body.decode())


def test_signed_with_a_private_key() -> None:
    """Its public one verifies it."""
    secret = generate_secret(bytes(range(32)), "v1a")
    made = example(load_catalogue().schema("order.created"), secret=secret)
    headers = dict(made.headers)
    at = int(headers["webhook-timestamp"])
    header, key = headers["webhook-signature"], public_key(secret)
    assert verify(header, headers["webhook-id"], at, made.body, [key], at)


def test_no_events_schema() -> None:
    """A record that is no event has no example."""
    schema = parse_schema('{"type": "record", "name": "R", "fields": []}')
    with pytest.raises(InvalidEventError, match="R is no event's schema"):
        example(schema)
