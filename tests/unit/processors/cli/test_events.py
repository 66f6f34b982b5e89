"""What `bus events send` makes of its options, before Kafka is asked."""

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import validate
from bus.errors import ConfigurationError, InvalidEventError
from processors.cli.events_data import made_up, read_event

CATALOGUE = load_catalogue()


def test_an_example_of_an_order() -> None:
    """Valid, of the order that was asked for, and another one each time."""
    first = made_up("order.created", "SO-1")
    assert (first.subject, first.data["order_id"]) == ("SO-1", "SO-1")
    validate(CATALOGUE.schema("order.created"), first.data)
    assert first.id != made_up("order.created", "SO-1").id


def test_no_example() -> None:
    """An unknown type is refused by its name."""
    with pytest.raises(InvalidEventError, match=r"order\.creatd"):
        made_up("order.creatd", None)


TEXT = """{"order_version": 2, "channel": "web", "account_id": "A-7",
  "previous_status": "created", "status": "confirmed"}"""


def test_data_of_a_file() -> None:
    """What it leaves out of the order and the time is filled in."""
    event = read_event(CATALOGUE, "order.status_changed", "SO-7", TEXT)
    validate(CATALOGUE.schema("order.status_changed"), event.data)
    assert (event.subject, event.source) == ("SO-7", "/oms/web")
    assert event.time == event.data["occurred_at"]


@pytest.mark.parametrize(
    ("text", "why"), [("[1]", "a JSON object"), ("{", "no JSON"), ("", "no JSON")]
)
def test_a_file_that_is_no_data(text: str, why: str) -> None:
    """Said of the option, as the user knows it."""
    with pytest.raises(ConfigurationError, match=f"--file: .*{why}"):
        read_event(CATALOGUE, "order.status_changed", None, text)
