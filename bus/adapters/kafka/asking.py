"""Questions to Kafka that nobody waits for, on one client a connection.

librdkafka's admin client (2.16.1) tries to reach a broker that is away without a pause:
a core is busy for as long as a question to it lasts. So once a connection has failed,
somebody else is asked first who the controller is by now, and nothing is asked while
that one cannot be reached.
"""

import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TypeVar
from weakref import WeakKeyDictionary, finalize

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.errors import Kind, kind_of
from bus.adapters.kafka.thread import DaemonThread

_CONNECT_S = 1.0
ANSWER_S = 2.0
"""How long a question may take."""

Answer = TypeVar("Answer")


class Asker:
    """The one client of a connection that asks, on a thread of its own."""

    def __init__(self) -> None:
        self._thread: DaemonThread | None = None
        self._client: AdminClient | None = None
        self._doubtful = False

    def ask(
        self, connection: Connection, question: Callable[[AdminClient], Answer]
    ) -> "Future[Answer]":
        """Have a question asked, in its turn.

        The future raises what the question does: `KafkaException`, also where nothing
        could be asked now, or `ConfigurationError`.
        """
        if self._thread is None:
            self._thread = DaemonThread("kafka-asking")
            finalize(self, self._thread.end)
        return self._thread.submit(lambda: self._ask(connection, question))

    def doubt(self) -> None:
        """Something failed that another broker may answer."""
        self._doubtful = True

    def _ask(
        self, connection: Connection, question: Callable[[AdminClient], Answer]
    ) -> Answer:
        if self._client is None:
            settings = connection.admin()
            self._client = connection.open(AdminClient, settings, self._hear)  # type: ignore[arg-type]  # its stub forgets callbacks
        self._client.poll(0)  # what has befallen its connections is heard now
        if self._doubtful and not _reaches_controller(self._client):
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))  # noqa: SLF001 - librdkafka's own codes begin so
        self._doubtful = False
        try:
            return question(self._client)
        except KafkaException as error:
            if kind_of(error.args[0]) is Kind.TIME:
                self.doubt()
            raise

    def _hear(self, _event: str, _fields: Mapping[str, object]) -> None:
        self.doubt()


def _reaches_controller(client: AdminClient) -> bool:
    """Ask whoever answers who the controller is, and knock there."""
    metadata = client.list_topics(timeout=ANSWER_S)
    controller = metadata.brokers.get(metadata.controller_id)
    if controller is None:
        return False
    try:
        with socket.create_connection((controller.host, controller.port), _CONNECT_S):
            return True
    except OSError:
        return False


_ASKERS: WeakKeyDictionary[Connection, Asker] = WeakKeyDictionary()


def asker_of(connection: Connection) -> Asker:
    """The asker that all of a connection share."""
    return _ASKERS.setdefault(connection, Asker())
