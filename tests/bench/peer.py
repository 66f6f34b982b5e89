"""Another system beside ours, or our own API: the same events submitted over HTTP."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

import orjson

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.ports import Answer, Post
from bus.times import rfc3339
from bus.webhook.document import document, plain
from processors.clock import SystemClock
from tests.bench.events import (
    Done,
    Load,
    Peer,
    Sample,
    due_of,
    due_times,
    event_id,
    percentiles_of,
)

_CLOCK = SystemClock()
_AHEAD_S = 0.05
_SHORTEST_SLEEP_S = 0.001
_NEARBY = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class PeerLoad:
    """Submits events when they are due, whether earlier ones were answered or not.

    In the template `{id}`, `{type}`, `{order_id}` and `{timestamp}` stand for JSON
    strings without their quotes, `{data}` for a JSON object: what our own webhooks
    carry, and `{whole}` for all fields of the event. The body that reaches a
    peer's receiver must hold `"timestamp":"{timestamp}"`.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._headers = tuple(
            {"content-type": "application/json", **peer.headers}.items()
        )
        self._answered_ms: list[float] = []
        self._failed, self._why = 0, ""

    async def run(self, load: Load, made: Sequence[Sample], run: int) -> Done:
        """Submit a load and wait for the answers; only a 2xx is none that failed."""
        self._answered_ms, self._failed, late = [], 0, 0.0
        sender = LeanSender(Guard(allow=_NEARBY))
        slots = asyncio.Semaphore(self._peer.under_way)
        texts = [self._prepared(sample) for sample in made]
        start = _CLOCK.now() + _AHEAD_S
        numbered = enumerate(due_times(load, start))
        async with asyncio.TaskGroup() as group:
            while batch := list(islice(numbered, self._peer.at_once)):
                post = self._post(
                    self._body(texts[number % len(texts)], event_id(run, number, due))
                    for number, due in batch
                )
                await slots.acquire()
                dues = [due if load.rate else _CLOCK.now() for _, due in batch]
                late = max(late, await _until(dues[-1]))
                sent = group.create_task(self._submit(sender, post, dues))
                sent.add_done_callback(lambda _: slots.release())
        await sender.close()
        return Done(
            sent=load.count,
            failed=self._failed,
            why=self._why,
            seconds=_CLOCK.now() - start,
            late_ms=late * 1e3,
            answered_ms=percentiles_of(self._answered_ms),
        )

    async def _submit(
        self, sender: LeanSender, post: Post, dues: Sequence[float]
    ) -> None:
        reply = await sender.send(post)
        now = _CLOCK.now()
        self._answered_ms += [(now - due) * 1e3 for due in dues]
        if not (isinstance(reply, Answer) and reply.status in {200, 201, 202, 204}):
            self._failed += len(dues)
            self._why = str(reply)[:500]

    def _prepared(self, sample: Sample) -> str:
        """The template with all that is the same whenever it is sent."""
        values = {
            "{type}": sample.event.type,
            "{order_id}": sample.event.subject,
            "{data}": orjson.dumps(document(sample.event)["data"]).decode(),
            "{whole}": orjson.dumps(
                {**_whole(sample), "occurred_at": "{timestamp}"}
            ).decode(),
        }
        body = self._peer.template
        for name, value in values.items():
            body = body.replace(name, value)
        return body

    def _body(self, text: str, id_: str) -> str:
        moment = rfc3339(datetime.fromtimestamp(due_of(id_), UTC))
        return text.replace("{id}", id_).replace("{timestamp}", moment)

    def _post(self, bodies: Iterator[str]) -> Post:
        body = self._peer.envelope.replace("{events}", ",".join(bodies))
        return Post(self._peer.url, self._headers, body.encode(), 30)


def _whole(sample: Sample) -> dict[str, object]:
    return {name: plain(value) for name, value in sample.event.data.items()}


async def _until(due: float) -> float:
    """Wait for a time, epoch seconds; return how late it is by then."""
    while (early := due - _CLOCK.now()) > 0:
        await _CLOCK.sleep(max(early, _SHORTEST_SLEEP_S))
    return -early
