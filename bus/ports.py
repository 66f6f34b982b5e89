"""What the programs need from the world, as small protocols.

The folders of `bus.adapters` fulfil them; the contract suites in `tests/contract` say
what fulfilling means. The ports of sending, of schemas and of observation stand in
files of their own, and are imported from here too.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bus.observation import Change, Observer, PartitionChange, Span, Step
from bus.record import Commit, Expired, Message, Record, TopicPartition, Written
from bus.schemas import Schemas, SchemaText
from bus.sending import Answer, NoAnswer, NoAnswerKind, Post, Reply, Sender
from bus.topics.topic import Cluster, TopicState

__all__ = [
    "Answer",
    "Change",
    "Clock",
    "Cluster",
    "Groups",
    "Lag",
    "Listener",
    "LogReader",
    "NoAnswer",
    "NoAnswerKind",
    "Observer",
    "PartitionChange",
    "Post",
    "Publisher",
    "Reply",
    "SchemaText",
    "Schemas",
    "Sender",
    "Source",
    "Span",
    "Stands",
    "Step",
    "Topics",
]


class Clock(Protocol):
    """The only source of time. Virtual in tests."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Return after `delay_s` seconds."""
        ...


class Publisher(Protocol):
    """Writes to Kafka, idempotent, acks=all."""

    @property
    def failures(self) -> int:
        """How many of `publish_soon` were not written."""
        ...

    def publish(self, message: Message) -> Awaitable[Written]:
        """Hand over a message now; await the broker's acknowledgement.

        Handing over happens at the call, so calls keep their order. A full queue
        is waited out (back-pressure), never an error.

        Raises:
            PublishError: when awaited and the broker did not acknowledge.
        """
        ...

    def publish_soon(self, message: Message) -> None:
        """Hand over a message nobody waits for (attempt log). Failures count."""
        ...

    async def flush(self, timeout_s: float) -> int:
        """Wait for all acknowledgements; return how many are still missing."""
        ...


# --- consumer groups


class Listener(Protocol):
    """Hears from a `Source`, always on the event loop."""

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Partitions came, each with where the group stood (offset < 0: nowhere).

        No record of theirs arrives before this returns.
        """
        ...

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Partitions go in good order: drain, and return what is to be committed."""
        ...

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions are gone already, somebody else may own them: no commit."""
        ...

    def records(self, batch: Sequence[Record]) -> None:
        """Records came, in order within each partition. Must not block."""
        ...

    def expired(self, gone: Expired) -> None:
        """Kafka deleted records before they came; the next one is at `start` or later.

        Told in the order of records. Only where the group stood: one that stood
        nowhere begins where it is told to, and has lost nothing.
        """
        ...

    def has_room(self) -> bool:
        """Whether more records may come; asked from any thread, must be cheap.

        Without room a source fetches next to nothing, but rebalances go on.
        """
        ...


Stands: TypeAlias = Callable[
    [Collection[TopicPartition]], Coroutine[None, None, Mapping[TopicPartition, Commit]]
]
"""Says where a group stands in partitions that come to it; left out: nowhere.

A source that is given one asks it, and never the broker for the group's commits. Those
it says carry the topic's id, if that is known: see `bus.delivery.incarnation`.
"""


class Source(Protocol):
    """A member of a consumer group; one thread owns the client underneath."""

    async def start(self, topics: Collection[str], listener: Listener) -> None:
        """Join the group and begin to call the listener."""
        ...

    def subscribe(self, topics: Collection[str]) -> None:
        """Change the topics; partitions that stay are not disturbed."""
        ...

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Stop fetching these; what was handed over before still counts."""
        ...

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        """Fetch these again, from where they were paused: nothing skipped."""
        ...

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Commit positions; returns when the broker has answered.

        Raises:
            BrokerUnavailableError: not committed; a later commit covers it.
        """
        ...

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Hear from elsewhere how far partitions reach, again and again.

        A client may stop fetching a partition without a word. What stands still
        before its end for long is fetched by a new one: the listener hears `lost`.
        """
        ...

    async def stop(self) -> None:
        """Revoke all (the listener drains and commits), leave the group, close."""
        ...


class LogReader(Protocol):
    """Reads topics from end to end, without a group."""

    def read(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        key: bytes | None = None,
        start: Mapping[int, int] | None = None,
        stop: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Yield batches up to the end as it stands now, then finish.

        `since_ms`/`until_ms` bound the timestamps (inclusive, exclusive). `key` leaves
        out other keys, and their partitions. `start` gives first offsets by partition
        and beats `since_ms`. With `stop` only the partitions that it names are read,
        each up to before that offset.
        """
        ...

    async def at(self, topic: str, partition: int, offset: int) -> Record | None:
        """The record that stands there; None if there is none, or none any more."""
        ...

    def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Yield batches for ever, from `start` as `read`; an empty one: at the end."""
        ...

    async def times_at(
        self, starts: Mapping[TopicPartition, int]
    ) -> Mapping[TopicPartition, int]:
        """Epoch ms of the first record from each of these offsets on.

        Partitions that have none, or are not answered for in time, are left out.

        Raises:
            BrokerUnavailableError: no usable answer.
        """
        ...


# --- topics and groups


class Topics(Protocol):
    """Makes, changes and removes topics."""

    async def brokers(self) -> int:
        """How many brokers there are; no topic can have more replicas."""
        ...

    async def cluster(self) -> Cluster:
        """Which brokers there are, and which copies of partitions are missing."""
        ...

    async def names(self) -> frozenset[str]:
        """The topics that exist."""
        ...

    async def describe(self, names: Collection[str]) -> Mapping[str, TopicState]:
        """Those of `names` that exist, with non-default config."""
        ...

    async def create(self, topics: Collection[TopicState]) -> None:
        """Make topics; one that exists already is left as it is."""
        ...

    async def change(self, topic: TopicState) -> None:
        """Set the config given and raise the partition count if it is higher."""
        ...

    async def delete(self, names: Collection[str]) -> None:
        """Remove topics; one that is not there is fine."""
        ...


@dataclass(frozen=True, slots=True)
class Lag:
    """What a group has yet to commit in one partition; offsets."""

    committed: int
    start: int
    end: int

    @property
    def pending(self) -> int:
        """How many offsets lie between the committed one and the end."""
        return self.end - max(self.committed, self.start)


class Groups(Protocol):
    """Looks at consumer groups from outside."""

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """Lag by partition; partitions without a commit count from their start."""
        ...

    async def members(self, group: str) -> int:
        """How many members the group has; 0 if there is none such."""
        ...
