"""What a caller is told of its request: the bus's word, a person's, then the OMS's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest

from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.client.producer import EventWriter
from bus.errors import RequestNotFoundError
from bus.event import Event
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.records import decision_message
from bus.intake.requests import Request, State, request_message
from bus.ports import LogReader, Schemas
from bus.topics.topology import Topology
from processors.sources.requests import Standing, standing, standing_row
from tests.support.channels import CATALOGUE
from tests.support.schemas import HeldSchemas
from tests.support.worlds import Worlds

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MADE = partial(
    Request, source="partner-asks", id="r-1", action="cancel", order="SO-1", at=AT
)
ITEM = "3f0e8c1a-5a2b-5c3d-8e4f-0a1b2c3d4e5f"


@dataclass(frozen=True)
class Read:
    """What is read, and who writes there."""

    worlds: Worlds
    reader: LogReader
    schemas: Schemas
    topology: Topology

    def note(self, request: Request) -> None:
        """As convert does."""
        self.worlds.broker.append(request_message(self.topology.requests, request))

    async def answers(self, answer: str, **data: object) -> None:
        """As the OMS does."""
        said: Mapping[str, object] = {
            "order_id": "SO-1",
            "status": "confirmed",
            "occurred_at": AT,
            "order_version": 7,
            "channel": "web",
            "account_id": "A-1",
            "request_id": "r-1",
            "source": "partner-asks",
            "action": "cancel",
            "answer": answer,
            **data,
        }
        publisher = MemoryPublisher(self.worlds.broker)
        event = Event(
            id=f"e-{answer}",
            type="action.answered",
            source="/oms",
            subject="SO-1",
            time=AT,
            data=said,
        )
        await EventWriter(publisher, self.schemas, CATALOGUE).write(event)

    async def now(self, id_: str = "r-1") -> Standing:
        """Where a request stands."""
        return await standing(self, "partner-asks", id_)


@pytest.fixture
def read(worlds: Worlds) -> Read:
    """A broker on which nothing has been asked yet."""
    worlds.broker.up()
    reader = MemoryLogReader(worlds.broker)
    return Read(worlds, reader, HeldSchemas(), worlds.topology)


async def test_a_request_goes_its_way(read: Read) -> None:
    """Asked, accepted, completed: each answer is told, the last one counts."""
    read.note(MADE(event_id="e-1"))
    one = await read.now()
    assert (one.state, one.over) == (State.ASKED, False)
    await read.answers("accepted", reason="before it is packed")
    assert (await read.now()).state is State.ACCEPTED
    await read.answers("completed")
    one = await read.now()
    assert (one.state, one.over) == (State.COMPLETED, True)
    row = standing_row(one)
    assert [said["answer"] for said in row["answers"]] == ["accepted", "completed"]  # type: ignore[attr-defined]
    assert (row["event"], row["order"]) == ("e-1", "SO-1")


async def test_answers_to_others_are_not_its_own(read: Read) -> None:
    """Neither those of another source, nor of another request."""
    read.note(MADE(event_id="e-1"))
    await read.answers("refused", source="another")
    await read.answers("failed", request_id="r-2")
    assert (await read.now()).state is State.ASKED


async def test_what_a_person_decided_is_told(read: Read) -> None:
    """Parked, rejected; released it is the OMS's again."""
    read.note(MADE(item=ITEM))
    assert (await read.now()).state is State.PARKED
    no = Decision(id=ITEM, kind=Kind.REJECTED, who="kim", at=AT, why="forged")
    read.worlds.broker.append(decision_message(read.topology.parked, no))
    one = await read.now()
    assert (one.state, one.over) == (State.REJECTED, True)
    read.note(MADE(event_id="e-2"))
    assert (await read.now()).state is State.ASKED


async def test_what_nobody_asked_is_not_there(read: Read) -> None:
    """It says that it may come within moments."""
    read.note(MADE(event_id="e-1"))
    with pytest.raises(RequestNotFoundError, match="within moments"):
        await read.now("r-2")
