"""The schema files themselves keep the rules that `bus schemas check` checks."""

import json

import pytest
from avro.schema import parse

from bus.client.schemas import default_folder, load_catalogue, read_files
from bus.contracts.compatibility import check
from bus.contracts.conventions import faults, shared_faults

FILES = read_files(default_folder())
EVENT_TYPES = {
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
    "payment.authorized",
    "payment.captured",
    "payment.failed",
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
