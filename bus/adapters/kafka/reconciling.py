"""A member that does not do what its group wants of it.

Under KIP-848 the coordinator tells each member what it is to hold, and members get
there step by step. One that stays where it is blocks others, who wait for what it
should give back: seen with librdkafka 2.16.1 after a topic was made anew while the
coordinator moved. It sends heartbeats, so nobody throws it out; only a new client
helps.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import NamedTuple, Protocol, TypeAlias

from confluent_kafka import KafkaException
from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import AdminClient

from bus.adapters.kafka.asking import ANSWER_S, asker_of
from bus.adapters.kafka.config import Connection
from bus.errors import ConfigurationError
from bus.record import TopicPartition

_EVERY_S = 60.0

Held: TypeAlias = frozenset[TopicPartition]


class Wanted(NamedTuple):
    """What a member holds and is to hold, and what others hold yet."""

    holds: Held
    target: Held
    others: Held

    @property
    def undone(self) -> Held:
        """What it could give back or take by now, and has not."""
        free = self.target - self.holds - self.others
        return (self.holds - self.target) | free


class Reconciling:
    """Looks once a minute; `ask` asks the coordinator and does not wait for it."""

    def __init__(self, ask: "Callable[[], Future[Mapping[str, Wanted]]]") -> None:
        self._ask = ask
        self._due = 0.0
        self._asked: Future[Mapping[str, Wanted]] | None = None
        self._undone: Held = frozenset()

    def stuck(self, member_id: str, now: float) -> Held:
        """Return what a member has left undone from one answer to the next."""
        if self._asked is None:
            if now >= self._due:
                self._due = now + _EVERY_S
                self._asked = self._ask()
            return frozenset()
        if not self._asked.done():
            return frozenset()
        wanted, self._asked = _answered(self._asked).get(member_id), None
        before, self._undone = self._undone, wanted.undone if wanted else frozenset()
        return before & self._undone


def reconciling(connection: Connection, group: str) -> Reconciling:
    """Return what looks after a member of a group of Kafka's."""

    def described(client: AdminClient) -> Mapping[str, Wanted]:
        asked = client.describe_consumer_groups([group], request_timeout=ANSWER_S)
        return wanted_of(
            {
                member.member_id: (_held(member.assignment), _held(target))
                for member in asked[group].result().members
                if (target := member.target_assignment) is not None
            }
        )

    asker = asker_of(connection)
    return Reconciling(lambda: asker.ask(connection, described))


def wanted_of(members: Mapping[str, tuple[Held, Held]]) -> Mapping[str, Wanted]:
    """Set against each other what members hold, and what each is to hold."""
    return {
        name: Wanted(
            holds,
            target,
            frozenset().union(*(h for n, (h, _) in members.items() if n != name)),
        )
        for name, (holds, target) in members.items()
    }


class _Assignment(Protocol):
    @property
    def topic_partitions(self) -> Iterable[KafkaPartition]: ...


def _held(assignment: _Assignment) -> Held:
    named = assignment.topic_partitions
    return frozenset(TopicPartition(p.topic, p.partition) for p in named)


def _answered(asked: "Future[Mapping[str, Wanted]]") -> Mapping[str, Wanted]:
    try:
        return asked.result()
    except (KafkaException, ConfigurationError):
        return {}
