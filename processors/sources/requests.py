"""What became of a request that a source made of the OMS: the bus's word, then its.

Read where it stands when somebody asks: requests are few, and so are their answers.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bus.client.decoding import Events
from bus.errors import DecodeError, RequestNotFoundError
from bus.event import Event
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.records import read_parked
from bus.intake.requests import (
    ANSWER_TYPE,
    ENDS,
    Request,
    State,
    read_request,
    request_key,
)
from bus.ports import LogReader, Schemas
from bus.times import rfc3339
from bus.topics.topology import Topology

_DECIDED = {Kind.REJECTED: State.REJECTED, Kind.EXPIRED: State.EXPIRED}
_BEFORE_MS = 86_400_000
"""An answer is not looked for earlier than this before its request was noted, which
may happen again when convert is killed. What callers say of times is not relied upon.
"""
_TOPIC = "oms.action"


class RequestsWorld(Protocol):
    """What is read."""

    @property
    def reader(self) -> LogReader:
        """Reads topics."""
        ...

    @property
    def schemas(self) -> Schemas:
        """The registry, by which answers are read."""
        ...

    @property
    def topology(self) -> Topology:
        """Where what stands."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the OMS."""

    answer: State
    at: datetime
    order: str
    reason_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A request, its state, and the answers that the OMS gave so far, in order."""

    request: Request
    state: State
    answers: tuple[Answer, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.state in ENDS


async def standing(world: RequestsWorld, source: str, id_: str) -> Standing:
    """What became of a request.

    Raises:
        RequestNotFoundError: nobody has asked that, or it is not converted yet.
        BrokerUnavailableError: Kafka gives no answer.
        RegistryUnavailableError: no answer of the OMS can be read now.
    """
    topic, key = world.topology.requests, request_key(source, id_)
    found: Request | None = None
    noted_ms = 0
    async for batch in world.reader.read(topic, key=key):
        for record in batch:
            found, noted_ms = read_request(record) or found, record.timestamp_ms
    if found is None:
        raise RequestNotFoundError(
            f"source {source} has made no request {id_!r}; one that was just answered"
            " 202 is there within moments"
        )
    since_ms = max(0, noted_ms - _BEFORE_MS)
    answers = tuple([one async for one in _answers(world, found, since_ms)])
    if answers:
        return Standing(found, answers[-1].answer, answers)
    return Standing(found, await _undecided(world, found))


async def _undecided(world: RequestsWorld, request: Request) -> State:
    """What is known of one that the OMS has not answered."""
    state = request.state
    if not request.item:
        return state
    key = request.item.encode()
    async for batch in world.reader.read(world.topology.parked, key=key):
        for record in batch:
            try:
                entry = read_parked(record)
            except DecodeError:
                continue
            if isinstance(entry, Decision):
                state = _DECIDED.get(entry.kind, state)
    return state


async def _answers(
    world: RequestsWorld, request: Request, since_ms: int
) -> AsyncIterator[Answer]:
    topic = next((t for t in world.topology.sources if t.endswith(_TOPIC)), None)
    if topic is None:  # a declaration of somebody's own, without it
        return
    events = Events(world.schemas, (ANSWER_TYPE,))
    async for batch in world.reader.read(topic, since_ms=since_ms):
        for record in batch:
            try:
                event = await events.decode(record)
            except DecodeError:
                continue  # it is in quarantine, with the reason
            if event is not None and _is_of(event, request):
                yield _answer(event)


def _is_of(event: Event, request: Request) -> bool:
    data = event.data
    return (data.get("source"), data.get("request_id")) == (request.source, request.id)


def _answer(event: Event) -> Answer:
    data = event.data
    word = str(data.get("answer"))
    return Answer(
        answer=State(word) if word in set(State) else State.ASKED,
        at=event.time,
        order=str(data.get("order_id") or ""),
        reason_code=str(data.get("reason_code") or ""),
        reason=str(data.get("reason") or ""),
    )


def standing_row(one: Standing) -> dict[str, object]:
    """It as commands and the API show it."""
    request = one.request
    return {
        "source": request.source,
        "request": request.id,
        "action": request.action,
        "order": request.order,
        "asked": rfc3339(request.at),
        "state": one.state.value,
        "over": one.over,
        "event": request.event_id or None,
        "answers": [
            {
                "answer": answer.answer.value,
                "at": rfc3339(answer.at),
                "order": answer.order,
                "reason_code": answer.reason_code or None,
                "reason": answer.reason or None,
            }
            for answer in one.answers
        ],
    }
