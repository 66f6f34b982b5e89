"""The attempt log: deliveries never wait for it, and it says when it is shut."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.adapters.memory import MemoryPublisher, settle
from bus.client.schemas import default_folder
from bus.contracts.codec import parse_schema
from bus.delivery.delivery import Attempt, Origin
from bus.errors import IncompatibleSchemaError, OrderbusError, RegistryUnavailableError
from bus.native.loading import core, told
from processors.delivery import attempt_log
from processors.delivery.attempt_log import AttemptLog, read_attempt
from processors.telemetry import names
from tests.support.engine import MemoryBus
from tests.support.reports import ATTEMPT

SCHEMA = parse_schema((default_folder() / "Attempt.avsc").read_text(encoding="utf-8"))
_TEXTS = (
    *("event_id", "event_type", "order_id", "subscription", "outcome", "detail"),
    "route",
)
_INTS = ("number", "status", "replay")
_MS = st.integers(0, 2**50)


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


@pytest.mark.skipif(core is None, reason=f"nothing to compare: {told}")
@given(
    attempt=st.builds(
        Attempt,
        **{name: st.text() for name in _TEXTS},
        **{name: st.integers(-(2**31), 2**31 - 1) for name in _INTS},
        **{name: st.integers(0, 2**62) for name in ("started_us", "duration_us")},
        origin=st.builds(Origin, st.text(), st.integers(0), st.integers(0), _MS),
        traceparent=st.none() | st.text(),
    ),
    schema_id=st.integers(0, 2**31 - 1),
)
@settings(deadline=None)
def test_the_native_part_writes_the_same_bytes(
    attempt: Attempt, schema_id: int
) -> None:
    """An attempt as it ever was, whatever its texts are."""
    natively = AttemptLog._encode  # noqa: SLF001 - compared with itself
    log = AttemptLog(MemoryPublisher(MemoryBus().broker), "t", SCHEMA)
    log._schema_id = schema_id  # noqa: SLF001 - as if it were registered
    found = natively(log, attempt)
    assert log._flat is not None  # noqa: SLF001 - it was used
    assert log._flat.write(schema_id, attempt_log._values(attempt)) == found  # noqa: SLF001
    log._flat = None  # noqa: SLF001 - as without the library
    assert natively(log, attempt) == found
