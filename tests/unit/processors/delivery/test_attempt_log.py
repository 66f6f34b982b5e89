"""The attempt log: deliveries never wait for it, and it says when it is shut."""

import asyncio

import pytest

from bus.adapters.memory import MemoryPublisher, settle
from bus.client.schemas import default_folder
from bus.contracts.codec import parse_schema
from bus.errors import IncompatibleSchemaError, OrderbusError, RegistryUnavailableError
from processors.delivery.attempt_log import AttemptLog, read_attempt
from processors.telemetry import names
from tests.support.engine import MemoryBus
from tests.support.reports import ATTEMPT

SCHEMA = parse_schema((default_folder() / "Attempt.avsc").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "error",
    [
        RegistryUnavailableError("403 for bus.attempts"),
        IncompatibleSchemaError("bus.attempts", ("a field went",)),
    ],
    ids=["away", "refused"],
)
async def test_what_comes_before_it_opens_is_counted(
    monkeypatch: pytest.MonkeyPatch, error: OrderbusError
) -> None:
    """Who waits, and for what, is said; attempts go on and are counted as unlogged."""
    bus = MemoryBus()
    topic = bus.topology.attempts
    log = AttemptLog(MemoryPublisher(bus.broker), topic, SCHEMA)

    async def refuse(*_: str) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(bus.schemas, "register", refuse)
        opening = asyncio.create_task(log.open(bus.schemas, bus.clock, bus.observer))
        await bus.clock.advance(3)
        log.write(ATTEMPT)
        assert not log.opened.is_set()
        assert log.unlogged == 1
        assert log.shut() == f"not logged: {error}"
    await bus.clock.advance(6)
    await opening
    assert (log.opened.is_set(), log.shut()) == (True, None)
    said = [fields["why"] for name, fields in bus.observer.notes]
    assert {name for name, _ in bus.observer.notes} == {names.REGISTRY_LOST}
    assert said[0] == f"for {topic}-{SCHEMA.full_name}: {error}"
    log.write(ATTEMPT)
    await settle()
    (record,) = bus.records(topic)
    assert read_attempt(record, SCHEMA).event_id == ATTEMPT.event_id
