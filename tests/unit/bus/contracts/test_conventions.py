"""Each rule for schema files is seen to be broken."""

import json
from collections.abc import Callable
from typing import cast

import pytest

from bus.client.schemas import default_folder, read_files
from bus.contracts.conventions import faults, shared_faults

FILES = dict(read_files(default_folder()))
PATH = "order/OrderCompleted.avsc"
Schema = dict[str, object]
Edit = Callable[[Schema], object]


def fields(schema: Schema) -> list[dict[str, object]]:
    """The fields of a schema."""
    return cast("list[dict[str, object]]", schema["fields"])


def drop_doc(schema: Schema) -> None:
    """Take the doc from the currency of the totals' subtotal."""
    (totals,) = [field for field in fields(schema) if field["name"] == "totals"]
    subtotal = fields(cast("Schema", totals["type"]))[0]
    del fields(cast("Schema", subtotal["type"]))[1]["doc"]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda s: s.pop("doc"), "the record has no doc"),
        (drop_doc, "totals.subtotal.currency has no doc"),
        (
            lambda s: s.update(name="Other"),
            "the file is OrderCompleted.avsc, but the record is Other",
        ),
        (
            lambda s: s.update(namespace="oms.order"),
            "its namespace is 'oms.order', not oms.order.v1",
        ),
        (lambda s: fields(s).pop(0), "order_id is missing; every event has it"),
        (
            lambda s: fields(s)[0].update(type="int"),
            'order_id is not of type "string"',
        ),
        (lambda s: fields(s)[1].update(type="string"), 'status is not of type "enum"'),
        (
            lambda s: fields(s)[-1].update(type=["int", "null"]),
            'loyalty_points may be null: put "null" first and default null',
        ),
        (
            lambda s: fields(s)[-2].pop("default"),
            'return_until may be null: put "null" first and default null',
        ),
    ],
)
def test_a_broken_rule_is_named(edit: Edit, fault: str) -> None:
    """A file that breaks one rule is told that one."""
    schema = json.loads(FILES[PATH])
    edit(schema)
    assert faults(PATH, json.dumps(schema)) == (fault,)


def test_the_folder_is_the_family() -> None:
    """A file in another family's folder is told so."""
    assert faults("risk/OrderCompleted.avsc", FILES[PATH]) == (
        "its family is order, its folder risk",
    )


def test_a_status_may_be_of_a_named_type() -> None:
    """The status enum may be defined further up in the file."""
    schema = json.loads(FILES["order/OrderStatusChanged.avsc"])
    status, previous = fields(schema)[1], fields(schema)[7]
    fields(schema).remove(status)
    fields(schema).append(status | {"type": previous["type"]})
    previous["type"] = status["type"]
    assert faults("order/OrderStatusChanged.avsc", json.dumps(schema)) == ()


def test_a_shared_type_that_differs_is_named() -> None:
    """One file's own idea of Money is found."""
    changed = FILES[PATH].replace("for example EUR", "for instance EUR")
    (fault,) = shared_faults((FILES | {PATH: changed}).items())
    assert fault.startswith("oms.common.v1.Money in order/OrderCompleted.avsc differs")


def test_a_type_of_the_family_is_its_own_business() -> None:
    """Types without a namespace of their own may differ between files."""
    text = """{"type": "record", "name": "A", "fields": [{"name": "x", "type":
    {"type": "fixed", "name": "F", "size": %d}}]}"""
    assert shared_faults([("a/A.avsc", text % 1), ("b/A.avsc", text % 2)]) == ()
