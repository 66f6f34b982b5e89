"""An OMS that publishes over HTTP, at gateways that are killed while it does."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from aiohttp import ClientError

from bus.event import Event
from bus.log.rows import Place
from bus.webhook.document import plain
from tests.support.bus import CLOCK
from tests.support.site import Served

AGAIN = 0.2
"""How much of what was answered is sent once more all the same."""
SOURCE = "/oms/killed"
"""Whose events they are."""
_NOT_YET = {409, 429, 503}


@dataclass
class Oms:
    """Sends each request under a key of its own until it is answered with 201.

    Attributes:
        told: What was answered for each event, by key and place: webhook-id, place.
        unanswered: How many requests a killed gateway left without an answer.
        repeated: How many were answered as before, by the gateway that had done so.
    """

    serving: Callable[[], Sequence[Served]]
    seed: int
    told: dict[tuple[str, int], set[tuple[str, Place]]] = field(default_factory=dict)
    unanswered: int = 0
    repeated: int = 0

    def __post_init__(self) -> None:
        """Draw from a seed of its own."""
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable

    @property
    def ids(self) -> set[str]:
        """The webhook-ids of all that was acknowledged."""
        return {webhook_id for told in self.told.values() for webhook_id, _ in told}

    async def publish(self, key: str, events: Sequence[Event]) -> Sequence[str]:
        """Publish as one request, some of them twice; return their webhook-ids."""
        body = {"events": [_new(event) for event in events]}
        again = self._random.random() < AGAIN
        for _ in range(1 + again):
            while not (told := await self._ask("/v1/events", body, key, expected=201)):
                await self._wait()
            rows = cast("Sequence[Mapping[str, object]]", told["data"])
            for at, row in enumerate(rows):
                self.told.setdefault((key, at), set()).add(_said(row))
        return [str(row["webhook_id"]) for row in rows]

    async def _wait(self) -> None:
        await CLOCK.sleep(self._random.uniform(0.01, 0.2))

    async def _ask(
        self, path: str, body: Mapping[str, object], key: str, *, expected: int
    ) -> Mapping[str, object]:
        """Ask one that serves; what it says, nothing if there is no answer now."""
        if not (there := self.serving()):
            return {}
        served = self._random.choice(there)
        try:
            status, told, headers = await served.ask(
                "POST", path, body, Idempotency_Key=key
            )
        except (TimeoutError, ClientError, OSError):
            self.unanswered += 1
            return {}
        if status in _NOT_YET:
            return {}
        assert status == expected, told
        self.repeated += "Idempotency-Replayed" in headers
        return told

    async def acknowledge(self, subscription: str, ids: Sequence[str]) -> None:
        """Acknowledge some events at whichever gateway answers first."""
        path, body = f"/v1/subscriptions/{subscription}/acks", {"events": list(ids)}
        while not await self._ask(path, body, f"acks-{ids[0]}", expected=200):
            await self._wait()

    def check(self, kept: Mapping[Place, str]) -> int:
        """Fail unless what was acknowledged is in Kafka, where it was said to be.

        `kept` are the webhook-ids of all its records. One key has one id, whoever was
        asked how often, and nothing is there that was not acknowledged in the end.
        Returns how many records are there again, for want of an answer.
        """
        for told in self.told.values():
            assert len({webhook_id for webhook_id, _ in told}) == 1, told
            for webhook_id, place in told:
                assert kept[place] == webhook_id, place
        assert len(self.ids) == len(self.told)
        assert set(kept.values()) == self.ids
        return len(kept) - len(self.ids)


def _new(event: Event) -> Mapping[str, object]:
    """As JSON, without an id of its own."""
    return {"type": event.type, "data": plain(dict(event.data)), "source": SOURCE}


def _said(row: Mapping[str, object]) -> tuple[str, Place]:
    """The webhook-id of an event, and where it stands."""
    at = Place(
        topic=str(row["topic"]),
        partition=int(str(row["partition"])),
        offset=int(str(row["offset"])),
    )
    return str(row["webhook_id"]), at
