"""Live streams over HTTP as an EventSource hears them, and what is there to hear."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientResponse

from bus.adapters.memory import MemoryPublisher
from bus.client.schemas import default_folder
from bus.contracts.codec import parse_schema
from bus.delivery.delivery import Attempt, Origin
from processors.delivery.attempt_log import AttemptLog
from tests.support.bus import wait_until
from tests.support.gateway import Client
from tests.support.worlds import Worlds

PATH = "/v1/stream"


@dataclass
class Heard:
    """What an EventSource makes of a stream."""

    answer: ClientResponse
    messages: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    comments: int = 0
    retry: str = ""
    over: bool = False

    async def read(self) -> None:
        """Read to the end."""
        kind = data = ""
        async for raw in self.answer.content:
            line = raw.decode().removesuffix("\n")
            name, _, value = line.partition(": ")
            match name:
                case "event":
                    kind = value
                case "data":
                    data = value
                case "id":
                    self.ids.append(value)
                case "retry":
                    self.retry = value
                case "" if line:
                    self.comments += 1
                case _:
                    if kind:
                        self.messages.append((kind, json.loads(data)))
                    kind = data = ""
        self.over = True

    @property
    def kinds(self) -> list[str]:
        """The kinds of messages."""
        return [kind for kind, _ in self.messages]

    async def until(self, count: int) -> None:
        """Wait for so many messages."""
        await reached(lambda: len(self.messages) >= count)


async def reached(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    await wait_until(condition, 10, "as it should be")


@asynccontextmanager
async def hearing(
    ask: Client,
    query: str = "",
    by: str = "operator",
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Heard]:
    """Somebody listens."""
    sent = {"Authorization": f"Bearer {ask.keys.tokens[by]}", **(headers or {})}
    async with ask.session.get(PATH + query, headers=sent) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"] == "text/event-stream"
        heard = Heard(answer)
        task = asyncio.create_task(heard.read())
        await reached(lambda: heard.ids)
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def publish(ask: Client, event_type: str = "order.created") -> None:
    """An event, as a producer publishes it."""
    sent = await ask("GET", f"/v1/event-types/{event_type}/example")
    got = await ask("POST", "/v1/events", sent.json)
    assert got.status == 201, got.body


async def attempt(worlds: Worlds, ask: Client, **fields: object) -> None:
    """An attempt, as the deliveries write it."""
    text = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
    publisher = MemoryPublisher(worlds.broker)
    log = AttemptLog(publisher, worlds.topology.attempts, parse_schema(text))
    await log.open(ask.api.world.schemas, worlds.clock, ask.observer)
    made_ = Attempt(
        event_id="0" * 32,
        event_type="order.created",
        order_id="SO-1",
        subscription="my-shop",
        number=1,
        outcome="accepted",
        status=200,
        detail="",
        route="done",
        started_us=round(worlds.clock.now() * 1e6),
        duration_us=1_500,
        origin=Origin("oms.order", 0, 1, 0),
        replay=0,
        traceparent=None,
    )
    log.write(made_._replace(**fields))  # type: ignore[arg-type]  # as the caller says
