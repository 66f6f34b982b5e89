"""What tells a topic from one of the same name that was deleted before it (KIP-516)."""

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import NamedTuple

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from bus.adapters.kafka.asking import ANSWER_S, asker_of
from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.errors import Kind, kind_of
from bus.errors import ConfigurationError

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

    def __init__(self, topics: frozenset[str], asked: "Future[Told]") -> None:
        self._topics = topics
        self._asked = asked

    @property
    def answered(self) -> bool:
        """Whether the answer is there."""
        return self._asked.done()

    def told(self) -> Told:
        """The answer; waits for it."""
        try:
            return self._asked.result()
        except (KafkaException, ConfigurationError):
            return Told({}, self._topics)


class TopicIds:
    """Asks for ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asker = asker_of(connection)

    def ask(self, topics: Collection[str]) -> Question:
        """Ask, without waiting."""
        wanted = frozenset(topics)
        if not wanted:
            nothing: Future[Told] = Future()
            nothing.set_result(Told({}))
            return Question(wanted, nothing)
        asked = self._asker.ask(self._connection, lambda c: self._ask(c, wanted))
        return Question(wanted, asked)

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

    def _ask(self, client: AdminClient, topics: frozenset[str]) -> Told:
        asked = client.describe_topics(
            TopicCollection(sorted(topics)), request_timeout=ANSWER_S
        )
        found, again = {}, set()
        for topic, future in asked.items():
            try:
                told = str(future.result().topic_id)
            except KafkaException as error:
                kind = kind_of(error.args[0])
                if kind is Kind.TIME:
                    self._asker.doubt()
                if kind in _WORTH_ANOTHER:
                    again.add(topic)
            else:
                if told != _NONE:
                    # Kafka's own tools write them like this.
                    found[topic] = told.translate(_URL_SAFE).rstrip("=")
        return Told(found, frozenset(again))
