"""`bus schemas register` and `bus registry serve`."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bus.adapters.memory import MemoryLogReader, MemoryPublisher
from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.contracts.catalogue import Catalogue
from processors.cli.register import (
    Subjects,
    is_good,
    print_registrations,
    register_catalogue,
    serve_registry,
)
from processors.registry.server import Registry
from tests.support.registry import (
    avro_check,
    journal_on,
    memory_broker,
    registry_in_memory,
)


@pytest_asyncio.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry that serves."""
    async with registry_in_memory(memory_broker()) as registry:
        yield registry


def event(name: str, *extra: object) -> tuple[str, str]:
    """A schema file."""
    schema = {
        "type": "record",
        "name": name.title(),
        "namespace": "oms.order.v1",
        "event_type": f"order.{name}",
        "fields": [{"name": "order_id", "type": "string"}, *extra],
    }
    return f"order/{name.title()}.avsc", json.dumps(schema)


CATALOGUE = Catalogue.of([event("created"), event("cancelled")])
REQUIRED = {"name": "total", "type": "long"}
BROKEN = Catalogue.of([event("created", REQUIRED), event("cancelled"), event("closed")])
GROWN = Catalogue.of([event("created", REQUIRED | {"default": 0}), event("cancelled")])


async def test_every_schema_is_registered_under_its_subject(
    registry: Registry,
) -> None:
    """In process and over HTTP alike, with the same ids; twice changes nothing."""
    remote = RegistrySchemas(RegistryConnection(registry.url))
    rows = await register_catalogue(CATALOGUE, registry.schemas)
    assert [(row.subject, row.verdict, row.id) for row in rows] == [
        ("oms.order-oms.order.v1.Cancelled", "new", 1),
        ("oms.order-oms.order.v1.Created", "new", 2),
    ]
    again = await register_catalogue(CATALOGUE, remote)
    assert [(row.verdict, row.id) for row in again] == [
        ("unchanged", 1),
        ("unchanged", 2),
    ]
    grown = await register_catalogue(GROWN, remote)
    assert [(row.verdict, row.id) for row in grown] == [
        ("unchanged", 1),
        ("changed", 3),
    ]
    await remote.close()


async def test_one_that_breaks_readers_keeps_all_out(registry: Registry) -> None:
    """Nothing is registered, and the reason names the field."""
    schemas: Subjects = registry.schemas
    await register_catalogue(CATALOGUE, schemas)
    rows = await register_catalogue(BROKEN, schemas)
    assert not is_good(rows)
    assert [row.verdict for row in rows] == ["unchanged", "new", "incompatible"]
    assert "total" in rows[2].reasons[0]
    assert not any(row.id for row in rows)
    assert await schemas.versions("oms.order-oms.order.v1.Closed") == []


async def test_a_dry_run_registers_nothing(registry: Registry) -> None:
    """It says what would happen."""
    rows = await register_catalogue(CATALOGUE, registry.schemas, dry_run=True)
    assert [(row.verdict, row.id) for row in rows] == [("new", None), ("new", None)]
    assert is_good(rows)
    assert await registry.schemas.versions(rows[0].subject) == []


async def test_the_outcome_is_shown_for_people_and_programs(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line a subject with its id, or one JSON document."""
    rows = await register_catalogue(CATALOGUE, registry.schemas)
    print_registrations(rows, as_json=False, dry_run=False)
    out, _ = capsys.readouterr()
    assert out.splitlines()[0].split() == ["new", "1", rows[0].subject]
    print_registrations(rows, as_json=True, dry_run=False)
    document = json.loads(capsys.readouterr().out)
    assert document["good"]
    assert document["registered"]
    assert document["subjects"][1]["id"] == 2


async def test_what_was_not_done_is_said(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a dry run, and when something breaks readers."""
    rows = await register_catalogue(CATALOGUE, registry.schemas, dry_run=True)
    print_registrations(rows, as_json=False, dry_run=True)
    assert "dry run" in capsys.readouterr().err
    await register_catalogue(CATALOGUE, registry.schemas)
    rows = await register_catalogue(BROKEN, registry.schemas)
    print_registrations(rows, as_json=False, dry_run=False)
    out, error = capsys.readouterr()
    assert "total" in out
    assert "nothing was registered" in error
    print_registrations(rows, as_json=True, dry_run=False)
    assert not json.loads(capsys.readouterr().out)["good"]


async def test_a_standalone_registry_says_where_it_is() -> None:
    """It serves until it is told to stop."""
    broker = memory_broker()
    journal = journal_on(MemoryPublisher(broker), MemoryLogReader(broker))
    said: asyncio.Queue[str] = asyncio.Queue()
    stopping = asyncio.Event()
    serving = asyncio.ensure_future(
        serve_registry(
            Registry(journal, avro_check), stopping, port=0, say=said.put_nowait
        )
    )
    url = (await said.get()).removeprefix("schema registry: ")
    async with ClientSession(url) as session, session.get("/subjects") as answer:
        assert answer.status == 200
    stopping.set()
    await serving
