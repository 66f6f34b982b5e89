"""A member of a consumer group, as the event loop sees it."""

import asyncio
import threading
from collections.abc import Collection, Mapping
from functools import partial
from typing import Literal

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END

from bus.adapters.kafka.assignment import Membership
from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.config import Connection, OnEvent, Protocol
from bus.adapters.kafka.member import Member
from bus.delivery.membership import Members
from bus.errors import BrokerUnavailableError
from bus.ports import Listener, Stands
from bus.record import Commit, TopicPartition

_COMMIT_S = 15.0


class KafkaSource:
    """`bus.ports.Source` on Kafka.

    Joins with KIP-848 where the brokers have it, else with the classic protocol.
    Heals itself: after a fatal error the listener hears `lost`, and it joins again.
    `fetch_wait_s` is for thousands of partitions, cheaply: how long a fetch waits for
    more (at once if None, for low latency). `start` is where a partition without a
    commit begins; with `stands` no commit counts, but what that says. `leave_s` bounds
    `stop`, the listener's drain included.
    """

    def __init__(  # noqa: PLR0913 - what a program may choose, by name
        self,
        connection: Connection,
        group: str,
        *,
        fetch_wait_s: float | None = None,
        protocol: Literal["auto"] | Protocol = "auto",
        start: Literal["earliest", "latest"] = "earliest",
        stands: Stands | None = None,
        leave_s: float = 10,
        on_event: OnEvent | None = None,
    ) -> None:
        self._connection = connection
        self._leave_s = leave_s
        self._membership = Membership(
            group,
            fetch_wait_s,
            protocol=None if protocol == "auto" else protocol,
            begin=OFFSET_END if start == "latest" else OFFSET_BEGINNING,
            stands=stands,
        )
        self._on_event = on_event or _silent
        self._thread: threading.Thread | None = None

    async def start(self, topics: Collection[str], listener: Listener) -> None:
        """Join the group and begin to call the listener.

        Raises:
            ConfigurationError: librdkafka refuses a setting; it says which.
        """
        self._bridge = Bridge(asyncio.get_running_loop())
        self._member = Member(
            self._connection,
            self._membership,
            listener,
            self._bridge,
            self._on_event,
        )
        self._member.topics = frozenset(topics)
        name = f"kafka-{self._membership.group}"
        self._thread = threading.Thread(target=self._member.run, name=name, daemon=True)
        self._thread.start()

    def subscribe(self, topics: Collection[str]) -> None:
        """Change the topics; partitions that stay are not disturbed."""
        self._member.topics = frozenset(topics)

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Stop fetching these; what was handed over before still counts."""
        wanted = frozenset(partitions)
        self._bridge.submit(lambda: self._member.pause(wanted))

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        """Fetch these again, from where they were paused: nothing skipped."""
        wanted = frozenset(partitions)
        self._bridge.submit(lambda: self._member.resume(wanted))

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Commit positions; returns when the broker has answered.

        Partitions that are no longer ours are left out.
        """
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bridge.submit(partial(self._member.commit, dict(commits), waiting))
        try:
            async with asyncio.timeout(_COMMIT_S):
                await waiting
        except TimeoutError:
            raise BrokerUnavailableError("commit: no answer in time") from None

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Hear how far partitions reach; what stands still is joined for anew."""
        told = dict(ends)
        self._bridge.submit(lambda: self._member.reached(told))

    async def obeys(self, members: Members) -> bool:
        """Hear what the group wants of it; whether it leaves nothing of that undone.

        What it leaves undone from one call to the next makes it join anew: the
        listener hears `lost`, and `on_event` of `kafka.unreconciled`.
        """
        waiting: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._bridge.submit(partial(self._member.obey, members, waiting))
        try:
            async with asyncio.timeout(_COMMIT_S):
                return await waiting
        except TimeoutError:
            return True  # its thread is busy: nothing is known

    async def stop(self) -> None:
        """Revoke all (the listener drains and commits), leave the group, close.

        Without an answer from Kafka the thread is left behind after `leave_s`, and
        an event tells of it; it ends with that answer, or with the process.
        """
        if self._thread is None:
            return
        self._member.stopping = True
        # librdkafka waits for a coordinator for ever (librdkafka#3740).
        await asyncio.to_thread(self._thread.join, self._leave_s)
        if self._thread.is_alive():
            why = f"not left in good order: no answer within {self._leave_s:g} s"
            told = {"group": self._membership.group, "why": why}
            self._on_event("kafka.left_behind", told)
        self._thread = None


def _silent(_: str, __: Mapping[str, object]) -> None:
    """Nobody asked to hear of troubles."""
