"""What tells a topic from one of the same name that was deleted before it (KIP-516)."""

import socket
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import NamedTuple
from weakref import WeakKeyDictionary, finalize

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AdminClient,
    TopicDescription,
)

from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.errors import Kind, kind_of
from bus.adapters.kafka.thread import DaemonThread
from bus.errors import ConfigurationError

_ANSWER_S = 2.0
_CONNECT_S = 1.0
_WAIT_S = 10.0
_TRIES = 10
_AGAIN_S = 0.2
_LOOK_S = 0.005
# What brokers from before topic ids answer.
_NONE = "A" * 22
_WORTH_ANOTHER = frozenset({Kind.TIME, Kind.MISSING})
_URL_SAFE = str.maketrans("+/", "-_")


class Told(NamedTuple):
    """Ids by topic, of those that have one; `again` names who may have yet."""

    ids: Mapping[str, str]
    again: frozenset[str] = frozenset()


class Question:
    """The ids of some topics, asked for; nobody needs to wait."""

    def __init__(self, asked: "Future[Told]") -> None:
        self._asked = asked

    @property
    def answered(self) -> bool:
        """Whether the answer is there."""
        return self._asked.done()

    def told(self) -> Told:
        """The answer; waits for it."""
        return self._asked.result()


class TopicIds:
    """Asks for ids; the client is made with the first question."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asker = _asker(connection)

    def ask(self, topics: Collection[str]) -> Question:
        """Ask, without waiting."""
        return Question(self._asker.ask(self._connection, frozenset(topics)))

    def of(self, topics: Collection[str], bridge: Bridge) -> dict[str, str]:
        """Ask and wait, obeying; again where a topic is too new to be known.

        Topics are left out whose brokers know no ids, or give no answer.
        """
        found: dict[str, str] = {}
        missing: Collection[str] = topics
        until = bridge.now() + _WAIT_S
        for _ in range(_TRIES):
            question = self.ask(missing)
            while not question.answered:
                bridge.obey(_LOOK_S)
                if bridge.broken:
                    return {}
            told = question.told()
            found.update(told.ids)
            missing = told.again
            if not missing or bridge.now() >= until:
                break
            bridge.obey(_AGAIN_S)
        return found


class _Asker:
    """The one client of a connection that asks, on a thread of its own.

    The question goes to the controller. While that one is away, librdkafka (2.16.1)
    tries to reach it without a pause: a core is busy for as long as the question
    lasts. So once a connection has failed, somebody else is asked first who the
    controller is by now, and nothing is asked of one that cannot be reached.
    """

    def __init__(self) -> None:
        self._thread: DaemonThread | None = None
        self._client: AdminClient | None = None
        self._doubtful = False

    def ask(self, connection: Connection, topics: frozenset[str]) -> "Future[Told]":
        if not topics:
            nothing: Future[Told] = Future()
            nothing.set_result(Told({}))
            return nothing
        if self._thread is None:
            self._thread = DaemonThread("kafka-topic-ids")
            finalize(self, self._thread.end)
        return self._thread.submit(lambda: self._ask(connection, topics))

    def _ask(self, connection: Connection, topics: frozenset[str]) -> Told:
        try:
            if self._client is None:
                settings = connection.admin()
                self._client = connection.open(AdminClient, settings, self._doubt)  # type: ignore[arg-type]  # its stub forgets callbacks
            self._client.poll(0)  # what has befallen its connections is heard now
            if self._doubtful:
                self._doubtful = not _reaches_controller(self._client)
            if self._doubtful:
                return Told({}, topics)
            asked = self._client.describe_topics(
                TopicCollection(sorted(topics)), request_timeout=_ANSWER_S
            )
        except KafkaException:
            return Told({}, topics)
        except ConfigurationError:
            return Told({})
        return self._heard(asked)

    def _doubt(self, _event: str, _fields: Mapping[str, object]) -> None:
        self._doubtful = True

    def _heard(self, asked: Mapping[str, "Future[TopicDescription]"]) -> Told:
        found, again = {}, set()
        for topic, future in asked.items():
            try:
                told = str(future.result().topic_id)
            except KafkaException as error:
                kind = kind_of(error.args[0])
                self._doubtful = self._doubtful or kind is Kind.TIME
                if kind in _WORTH_ANOTHER:
                    again.add(topic)
            else:
                if told != _NONE:
                    # Kafka's own tools write them like this.
                    found[topic] = told.translate(_URL_SAFE).rstrip("=")
        return Told(found, frozenset(again))


def _reaches_controller(client: AdminClient) -> bool:
    """Ask whoever answers who the controller is, and knock there."""
    metadata = client.list_topics(timeout=_ANSWER_S)
    controller = metadata.brokers.get(metadata.controller_id)
    if controller is None:
        return False
    try:
        with socket.create_connection((controller.host, controller.port), _CONNECT_S):
            return True
    except OSError:
        return False


_ASKERS: WeakKeyDictionary[Connection, _Asker] = WeakKeyDictionary()


def _asker(connection: Connection) -> _Asker:
    return _ASKERS.setdefault(connection, _Asker())
