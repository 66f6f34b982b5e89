"""The schema files themselves keep the rules that `bus schemas check` checks."""

import json

import pytest
from avro.schema import parse

from bus.client.schemas import default_folder, load_catalogue, read_files
from bus.contracts.compatibility import check
from bus.contracts.conventions import faults, shared_faults

FILES = read_files(default_folder())
EVENT_TYPES = {
    "action.answered",
    "intake.action_requested",
    "intake.cancellation_requested",
    "intake.order_changed",
    "intake.order_received",
    "intake.payment_reported",
    "intake.return_requested",
    "intake.shipment_reported",
    "intake.stock_reported",
    "inventory.adjusted",
    "inventory.reserved",
    "ops.alert_fired",
    "ops.alert_resolved",
    "ops.heartbeat",
    "order.cancelled",
    "order.completed",
    "order.confirmed",
    "order.created",
    "order.status_changed",
    "order.updated",
    "payment.authorization_cancelled",
    "payment.authorization_expired",
    "payment.authorized",
    "payment.captured",
    "payment.disputed",
    "payment.failed",
    "payment.pending",
    "payment.refunded",
    "risk.flagged",
    "shipment.delivered",
    "shipment.dispatched",
}


def test_every_event_of_an_order_has_its_schema() -> None:
    """The event types that the OMS and its subscribers rely on are there."""
    assert set(load_catalogue().event_types) == EVENT_TYPES


@pytest.mark.parametrize(("path", "text"), FILES)
def test_a_schema_keeps_our_rules(path: str, text: str) -> None:
    """Common fields, docs, defaults, names and places are right."""
    assert faults(path, text) == ()


def test_shared_types_are_the_same_in_all_files() -> None:
    """Money is Money everywhere, though each file holds its own copy."""
    assert shared_faults(FILES) == ()


@pytest.mark.parametrize(("path", "text"), FILES)
def test_apaches_parser_takes_a_schema(path: str, text: str) -> None:
    """A schema is not only fastavro's idea of Avro."""
    assert parse(text).type == "record", path
    assert check(text, [("itself", text)]) == ()


@pytest.mark.parametrize(("path", "text"), FILES)
def test_money_is_exact(path: str, text: str) -> None:
    """No amount is a float: doubles are for coordinates only."""
    doubles = [
        field["name"]
        for record in _records(json.loads(text))
        for field in record["fields"]
        if field["type"] in ("float", "double")
    ]
    assert set(doubles) <= {"latitude", "longitude"}, path


def _records(schema: object) -> list[dict[str, list[dict[str, object]]]]:
    if isinstance(schema, list):
        return [record for part in schema for record in _records(part)]
    if not isinstance(schema, dict):
        return []
    inner = [record for part in schema.values() for record in _records(part)]
    return [schema, *inner] if "fields" in schema else inner


LATER = {
    "test",
    "price_basis",
    "charges",
    "payments",
    "payment_state",
    "ship_by",
    "deliver_by",
    "rounding",
}


def test_an_order_of_before_is_still_read() -> None:
    """What `order.created` has gained is optional: readers of today take old events."""
    text = dict(FILES)["order/OrderCreated.avsc"]
    before = json.dumps(_without(json.loads(text), LATER))
    assert not LATER & {field["name"] for field in json.loads(before)["fields"]}
    assert check(text, [("before", before)]) == ()


def _without(schema: object, names: set[str]) -> object:
    if isinstance(schema, list):
        kept = (part for part in schema if not _is_named(part, names))
        return [_without(part, names) for part in kept]
    if not isinstance(schema, dict):
        return schema
    return {key: _without(part, names) for key, part in schema.items()}


def _is_named(part: object, names: set[str]) -> bool:
    return isinstance(part, dict) and part.get("name") in names


def test_intake_requires_nothing_of_the_business() -> None:
    """An order with nothing but its identity and provenance is an event."""
    required = {
        field["name"]
        for field in json.loads(dict(FILES)["intake/OrderReceived.avsc"])["fields"]
        if "default" not in field
    }
    assert required == {
        "order_id",
        "occurred_at",
        "channel",
        "source",
        "order",
        "observed_at",
        "raw",
        "mapping_version",
    }
