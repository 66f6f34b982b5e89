"""What an audit record says."""

from datetime import UTC, datetime

import orjson
import pytest

from bus.access.audit import Audited, Change, audit_message, read_audit
from bus.access.entities import Entity
from bus.errors import DecodeError
from bus.record import Record

AT = datetime(2026, 11, 28, 12, 0, 0, 123456, tzinfo=UTC)
CHANGE = Change(
    actor="cli:ada",
    tenant="acme",
    address="10.0.0.7",
    action="change",
    entity=Entity.SUBSCRIPTION,
    entity_id="acme",
    before={"rate": None},
    after={"rate": 5.0},
)


def _record(value: bytes | None) -> Record:
    return Record("bus.audit", 0, 7, 1_000, b"acme", value, ())


def test_a_change_comes_back_as_it_was() -> None:
    """Under the id of what was changed."""
    message = audit_message("bus.audit", CHANGE, AT)
    assert message.key == b"acme"
    assert read_audit(_record(message.value)) == Audited(CHANGE, AT)


def test_what_was_not_there_or_is_gone_is_none() -> None:
    """Fields that are new are left out, missing ones empty, the time the record's."""
    value = orjson.dumps({"actor": "bus", "entity_id": "x", "shade": 1, "after": 5})
    found = read_audit(_record(value))
    assert found.change == Change("bus", "", "", "", "", "x")
    assert found.at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{"])
def test_what_is_no_audit_record(value: bytes | None) -> None:
    """Any bytes are refused, never raised as something else."""
    with pytest.raises(DecodeError):
        read_audit(_record(value))
