"""What tells a topic from one of the same name that was deleted before it (KIP-516)."""

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import TypeAlias

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AdminClient,
    TopicDescription,
)

from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.errors import Kind, kind_of
from bus.errors import ConfigurationError

Described: TypeAlias = "Mapping[str, Future[TopicDescription]]"

_ANSWER_S = 5.0
_TRIES = 10
_AGAIN_S = 0.2
_LOOK_S = 0.005
# What brokers from before topic ids answer.
_NONE = "A" * 22
_WORTH_ANOTHER = frozenset({Kind.TIME, Kind.MISSING})


class Question:
    """The ids of some topics, asked for; nobody needs to wait."""

    def __init__(self, asked: Described) -> None:
        self._asked = asked
        self.again: set[str] = set()

    @property
    def answered(self) -> bool:
        """Whether all answers are there."""
        return all(future.done() for future in self._asked.values())

    def ids(self) -> dict[str, str]:
        """Ids by topic, of those that have one; `again` names who may have yet.

        Waits for the answers.
        """
        found = {}
        for topic, future in self._asked.items():
            try:
                told = str(future.result(_ANSWER_S).topic_id)
            except KafkaException as error:
                if kind_of(error.args[0]) in _WORTH_ANOTHER:
                    self.again.add(topic)
            except TimeoutError:
                self.again.add(topic)
            else:
                if told != _NONE:
                    # Kafka's own tools write them like this.
                    found[topic] = told.translate(_URL_SAFE).rstrip("=")
        return found


_URL_SAFE = str.maketrans("+/", "-_")


class TopicIds:
    """Asks for ids; the client is made with the first question."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client: AdminClient | None = None

    def ask(self, topics: Collection[str]) -> Question:
        """Ask, without waiting."""
        if not topics:
            return Question({})
        try:
            if self._client is None:
                settings = self._connection.admin()
                self._client = self._connection.open(AdminClient, settings, None)  # type: ignore[arg-type]  # its stub forgets callbacks
            asked = self._client.describe_topics(
                TopicCollection(sorted(topics)), request_timeout=_ANSWER_S
            )
        except (KafkaException, ConfigurationError):
            return Question({})
        return Question(asked)

    def of(self, topics: Collection[str], bridge: Bridge) -> dict[str, str]:
        """Ask and wait, obeying; again where a topic is too new to be known.

        Topics are left out whose brokers know no ids, or give no answer.
        """
        found: dict[str, str] = {}
        missing = set(topics)
        for _ in range(_TRIES):
            question = self.ask(missing)
            while not question.answered:
                bridge.obey(_LOOK_S)
                if bridge.broken:
                    return {}
            found.update(question.ids())
            missing = question.again
            if not missing:
                break
            bridge.obey(_AGAIN_S)
        return found
