"""The catalogue: which event types there are, and which file is to blame."""

import json

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.errors import ConfigurationError, InvalidEventError

CATALOGUE = load_catalogue()
SMALL = json.dumps(
    {
        "type": "record",
        "name": "PingSent",
        "namespace": "oms.ping.v1",
        "event_type": "ping.sent",
        "fields": [{"name": "text", "type": "string"}],
    }
)


def test_the_catalogue_knows_topics_and_subjects() -> None:
    """The family is the topic; the subject is topic and record name."""
    assert CATALOGUE.topic("order.created") == "oms.order"
    assert CATALOGUE.subject("order.created") == "oms.order-oms.order.v1.OrderCreated"
    assert CATALOGUE.topics == (
        "oms.action",
        "oms.intake",
        "oms.inventory",
        "oms.ops",
        "oms.order",
        "oms.payment",
        "oms.risk",
        "oms.shipment",
    )
    assert len(CATALOGUE) == len(CATALOGUE.event_types) == 31
    assert "risk.flagged" in CATALOGUE
    assert "risk.found" not in CATALOGUE


def test_a_new_family_needs_a_file_only() -> None:
    """A schema in a new folder is a new event type on a new topic."""
    catalogue = Catalogue.of([("ping/PingSent.avsc", SMALL)], topic_prefix="acme.")
    assert catalogue.event_types == ("ping.sent",)
    assert catalogue.topic("ping.sent") == "acme.ping"


def test_an_unknown_event_type_is_refused_with_a_hint() -> None:
    """A typing error is answered with the name that was meant."""
    with pytest.raises(InvalidEventError, match=r"did you mean order\.created\?"):
        CATALOGUE.schema("order.creatd")
    with pytest.raises(InvalidEventError, match=r"no event type 'x'$"):
        CATALOGUE.schema("x")


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("ping/A.avsc", "{", "ping/A.avsc: not JSON"),
        (
            "ping/A.avsc",
            '{"type": "record", "name": "A", "fields": []}',
            'ping/A.avsc: no "event_type"',
        ),
        (
            "ping/A.avsc",
            '{"type": "record", "name": "A", "event_type": "Order", "fields": []}',
            "event_type 'Order' is not <family>.<what_happened>",
        ),
        (
            "ping/A.avsc",
            '{"type": "record", "name": "A", "event_type": 7, "fields": []}',
            "event_type 7 is not",
        ),
        ("pong/P.avsc", SMALL, "belongs in the folder ping/, not pong/"),
        ("P.avsc", SMALL, "belongs in the folder ping/, not ./"),
    ],
)
def test_a_bad_file_is_named(path: str, text: str, why: str) -> None:
    """The catalogue says which file it cannot use."""
    with pytest.raises(ConfigurationError) as caught:
        Catalogue.of([(path, text)])
    assert why in str(caught.value)


def test_two_files_may_not_claim_one_event_type() -> None:
    """The second claim is refused, naming the first."""
    with pytest.raises(ConfigurationError, match=r"B\.avsc: .* is ping/A\.avsc's"):
        Catalogue.of([("ping/B.avsc", SMALL), ("ping/A.avsc", SMALL)])
