"""`bus events example` and `bus asyncapi`: what they print, without any Kafka."""

import json

import pytest
import yaml
from standardwebhooks import Webhook
from typer.testing import CliRunner

from bus.client.schemas import load_catalogue
from bus.webhook.example import EXAMPLE_SECRET, EXAMPLE_TIME
from processors.cli.main import app


def printed(*words: str, code: int = 0) -> str:
    """What a command prints."""
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def test_for_reading() -> None:
    """The body of a type, its lines indented."""
    text = printed("events", "example", "order.created")
    assert json.loads(text)["type"] == "order.created"
    assert '\n  "order_id": ' in text


def test_as_xml() -> None:
    """Likewise as XML."""
    text = printed("events", "example", "order.created", "--as", "xml")
    assert "\n  <type>order.created</type>\n" in text


def test_the_request() -> None:
    """Headers and the very bytes that are signed, as --help says by which secret."""
    request = printed("events", "example", "order.created", "--headers")
    head, _, body = request.removesuffix("\n").partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    signed = Webhook(EXAMPLE_SECRET).sign(headers["webhook-id"], EXAMPLE_TIME, body)
    assert headers["webhook-signature"] == signed
    assert EXAMPLE_SECRET in printed("events", "example", "--help")


@pytest.mark.parametrize("body", ["json", "xml", "cloudevents"])
def test_for_scripts(body: str) -> None:
    """One document, with what is needed to verify it."""
    told = json.loads(
        printed("events", "example", "order.created", "--as", body, "--json")
    )
    signed = Webhook(told["secret"]).sign(
        told["headers"]["webhook-id"], EXAMPLE_TIME, told["body"]
    )
    assert told["headers"]["webhook-signature"] == signed


def test_no_such_type() -> None:
    """Refused with the one that was meant."""
    text = printed("events", "example", "order.craeted", code=1)
    assert "did you mean order.created?" in text


def test_asyncapi_twice_the_same() -> None:
    """YAML and JSON say the same, of every event type; nothing is said by reference."""
    text = printed("asyncapi")
    document = json.loads(printed("asyncapi", "--json"))
    assert yaml.safe_load(text) == document
    assert "&id" not in text
    messages = document["components"]["messages"]
    for event_type in load_catalogue().event_types:
        assert f"webhook.{event_type}" in messages


def test_asyncapi_names_the_brokers() -> None:
    """Those that were given."""
    words = ("--bootstrap-servers", "kafka.example:9092", "asyncapi", "--json")
    servers = json.loads(printed(*words))["servers"]
    assert servers["kafka"]["host"] == "kafka.example:9092"


def test_asyncapi_of_no_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is none is said in one line."""
    monkeypatch.setenv("ORDERBUS_SCHEMAS_DIR", "/nowhere")
    assert "no folder of schemas" in printed("asyncapi", code=2)
