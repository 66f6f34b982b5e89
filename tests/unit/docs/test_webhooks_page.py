"""What `docs/webhooks.md` shows partners is what they get."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmlschema

from bus.client.schemas import load_catalogue
from bus.delivery.routing import judge
from bus.delivery.subscription import DEFAULT_TRANSIENT
from bus.samples.lifecycles import sample
from bus.webhook.document import document
from bus.webhook.example import travelled
from bus.webhook.rendering import Representation, render

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
SHOWN = document(
    travelled(
        load_catalogue().schema("shipment.delivered"),
        sample("shipment.delivered", 4, datetime(2026, 11, 23, 12, 0, 7, 123456, UTC)),
        12,
    )
)


def block(language: str) -> str:
    """The one code block of a language."""
    (found,) = re.findall(
        rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )
    return str(found)


def test_the_json_example_is_a_real_body() -> None:
    """Field by field what is sent, but for line breaks."""
    assert json.loads(block("json")) == json.loads(render(SHOWN, Representation.JSON))


def test_the_xml_example_is_a_real_body() -> None:
    """What is sent but for line breaks, and valid by the published schema."""
    shown = block("xml").encode()
    sent = render(SHOWN, Representation.XML)
    assert _packed(shown) == _packed(sent)
    xmlschema.XMLSchema(ROOT / "schemas" / "webhook.xsd").validate(sent.decode())


def _packed(xml: bytes) -> str:
    text = re.sub(r">\s+<", "><", xml.decode()).strip()
    return re.sub(r"<(\w+)((?: [^<>]*)?)></\1>", r"<\1\2/>", text)


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ((200, 204, 299), "accepted"),
        ((429,), "throttled"),
        ((408, 409, 425, 500, 502, 503), "failed"),
        ((410, 301, 307, 400, 401, 404, 422), "refused"),
    ],
)
def test_the_table_of_answers_is_true(statuses: tuple[int, ...], outcome: str) -> None:
    """Each status that the page names is judged as it says."""
    for status in statuses:
        found = judge(status, None, "", DEFAULT_TRANSIENT, 0.0)
        assert found.name == outcome, status
