"""Another system beside ours: the same events submitted to it over HTTP."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.ports import Answer, Post
from bus.times import rfc3339
from bus.webhook.document import document
from processors.clock import SystemClock
from tests.bench.events import Done, Load, Peer, Sample, due_times, event_id

_CLOCK = SystemClock()
_MOST_UNDER_WAY = 5_000
_AHEAD_S = 0.05
_SHORTEST_SLEEP_S = 0.001
_NEARBY = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class PeerLoad:
    """Submits events when they are due, whether earlier ones were answered or not.

    In the template `{id}`, `{type}`, `{order_id}` and `{timestamp}` stand for JSON
    strings without their quotes, `{data}` for a JSON object: what our own webhooks
    carry. The body that reaches the receiver must hold `"timestamp":"{timestamp}"`.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._headers = tuple(
            {"content-type": "application/json", **peer.headers}.items()
        )

    async def run(self, load: Load, made: Sequence[Sample], run: int) -> Done:
        """Submit a load and wait for the answers; only a 2xx is none that failed."""
        sender = LeanSender(Guard(allow=_NEARBY))
        slots = asyncio.Semaphore(_MOST_UNDER_WAY)
        failed, late = 0, 0.0

        async def submit(post: Post) -> None:
            nonlocal failed
            reply = await sender.send(post)
            failed += not (isinstance(reply, Answer) and 200 <= reply.status <= 299)
            slots.release()

        start = _CLOCK.now() + _AHEAD_S
        async with asyncio.TaskGroup() as group:
            for number, due in enumerate(due_times(load, start)):
                await slots.acquire()
                while (early := due - _CLOCK.now()) > 0:
                    await _CLOCK.sleep(max(early, _SHORTEST_SLEEP_S))
                late = max(late, -early)
                id_ = event_id(run, number, due)
                group.create_task(
                    submit(self._post(made[number % len(made)], id_, due))
                )
        await sender.close()
        seconds = _CLOCK.now() - start
        return Done(sent=load.count, failed=failed, seconds=seconds, late_ms=late * 1e3)

    def _post(self, sample: Sample, event_id: str, due: float) -> Post:
        values = {
            "{id}": event_id,
            "{type}": sample.event.type,
            "{order_id}": sample.event.subject,
            "{timestamp}": rfc3339(datetime.fromtimestamp(due, UTC)),
            "{data}": orjson.dumps(document(sample.event)["data"]).decode(),
        }
        body = self._peer.template
        for name, value in values.items():
            body = body.replace(name, value)
        return Post(self._peer.url, self._headers, body.encode(), 30)
