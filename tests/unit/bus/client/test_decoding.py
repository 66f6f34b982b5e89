"""Which records a consumer takes for events."""

import pytest

from bus.client.decoding import Events
from bus.client.schemas import load_catalogue
from bus.contracts.codec import encode
from bus.delivery.headers import event_headers
from bus.errors import DecodeError, SchemaNotFoundError
from bus.ports import SchemaText
from bus.record import Record, SchemaRef
from bus.samples.lifecycles import sample
from tests.unit.bus.client.test_producer import NOW

EVENT = sample("order.created", 1, NOW)
SCHEMA = load_catalogue().schema("order.created")
GOOD, UNUSABLE, UNKNOWN = 7, 8, 9


class Registry:
    """A registry of one event schema and one that is none; `bus.ports.Schemas`."""

    def __init__(self) -> None:
        self.asked: list[SchemaRef] = []

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """What stands for an id."""
        self.asked.append(ref)
        if ref == UNKNOWN:
            raise SchemaNotFoundError("no such schema")
        return SchemaText(GOOD, SCHEMA.text if ref == GOOD else '"int"')

    async def answers(self, besides: SchemaRef) -> bool:
        """Nobody asks."""
        raise AssertionError(besides)

    async def by_type(self, topic: str, event_type: str) -> list[SchemaText]:
        """Nobody asks."""
        raise AssertionError(topic, event_type)

    async def register(self, subject: str, text: str) -> int:
        """Nobody does."""
        raise AssertionError(subject, text)


def record(schema_id: int = GOOD, *, headers: bool = True) -> Record:
    """The event as a record."""
    value = encode(SCHEMA, schema_id, EVENT.data)
    key = EVENT.subject.encode()
    return Record("t", 0, 5, 0, key, value, event_headers(EVENT) if headers else ())


@pytest.mark.parametrize(
    ("types", "wanted"),
    [
        (("*",), True),
        (("order.*",), True),
        (("payment.*", "order.created"), True),
        (("order.creat",), False),
        (("ORDER.*",), False),
        ((), False),
    ],
)
@pytest.mark.parametrize("headers", [True, False])
async def test_only_wanted_types_come(
    types: tuple[str, ...], *, wanted: bool, headers: bool
) -> None:
    """By pattern; the type is the header's, or the schema's if there is none."""
    event = await Events(Registry(), types).decode(record(headers=headers))
    assert (event is not None) is wanted
    if event is not None:
        assert event.type == "order.created"
        assert event.data["order_id"] == EVENT.subject


async def test_a_schema_is_fetched_once() -> None:
    """What an id stands for never changes; unwanted types need no schema at all."""
    registry = Registry()
    events = Events(registry, ["order.*"])
    await events.decode(record())
    await events.decode(record())
    assert registry.asked == [GOOD]
    assert await Events(registry, ["risk.*"]).decode(record(UNKNOWN)) is None
    assert registry.asked == [GOOD]


@pytest.mark.parametrize(
    ("schema_id", "why"),
    [
        (UNKNOWN, "the registry has no schema with id 9"),
        (UNUSABLE, "schema id 8 cannot be used: expected the schema of a record"),
    ],
)
async def test_a_schema_that_is_none_makes_poison(schema_id: int, why: str) -> None:
    """The record can never be decoded, and the error says why."""
    with pytest.raises(DecodeError, match=why):
        await Events(Registry(), ["*"]).decode(record(schema_id))
