"""The one thread that owns a group member's client: poll, hand over, obey.

Everything else reaches the client as a command. Rebalances come out of `poll` on
this thread; while the listener prepares for one, commands are still obeyed, so that
it may commit or pause from within.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException

from bus.adapters.kafka.assignment import Assignment, Membership
from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.commits import Commits, PendingCommits, commit_now
from bus.adapters.kafka.config import Connection, OnEvent, Protocol
from bus.adapters.kafka.errors import application_error, is_fatal, lacks_kip_848
from bus.adapters.kafka.incarnations import Incarnations
from bus.adapters.kafka.records import Consumed, copy_out
from bus.adapters.kafka.standing import Standing
from bus.adapters.kafka.thread import DaemonThread
from bus.adapters.kafka.topic_ids import TopicIds
from bus.adapters.kafka.unreadable import Unreadable
from bus.delivery.membership import Members, Obedience, undone
from bus.errors import BrokerUnavailableError, ConfigurationError
from bus.ports import Listener
from bus.record import Record, TopicPartition

Answer = TypeVar("Answer")

_POLL_S = 0.05
_BATCH = 500
_ROOM_LOOK_S = 0.005
_ROOM_LOOKS = 200
_REOPEN_AFTER_S = 1.0
_CLOSE_S = 10.0
_CLOSE_LOOK_S = 0.05
_LOOK_AFTER = 20  # polls without a record, a second of idleness


class Member:
    """A member of a group. `topics` and `stopping` may be set from any thread."""

    def __init__(
        self,
        connection: Connection,
        membership: Membership,
        listener: Listener,
        bridge: Bridge,
        on_event: OnEvent,
    ) -> None:
        self.topics: frozenset[str] = frozenset()
        self.stopping = False
        self._idle = 0
        self._connection = connection
        self._membership = membership
        self._protocol: Protocol = membership.protocol or "consumer"
        self._listener = listener
        self._bridge = bridge
        self._on_event = on_event
        self._ids = TopicIds(connection)
        self._open()

    # --- commands

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Stop fetching those of `partitions` that are assigned."""
        self._assignment.pause(self._consumer, partitions)

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        """Fetch those of `partitions` that are assigned again."""
        self._assignment.resume(self._consumer, partitions)

    def commit(self, commits: Commits, waiting: "asyncio.Future[None]") -> None:
        """Commit what is still ours; another member's partitions are let alone."""
        owned = self._assignment.partitions
        ours = self._assignment.stamped(
            {tp: commit for tp, commit in commits.items() if tp in owned}
        )
        if self._assignment.rebalancing:  # nobody polls, so no callback would answer
            self._commit_now(ours, waiting)
        else:
            self._pending.send(self._consumer, ours, waiting)

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Hear how far partitions reach; begin anew if one of ours stands still."""
        if not self._listener.has_room():
            self._standing.forget()
            return
        flowing, expected = self._assignment.flowing(), self._assignment.expected
        now = self._bridge.now()
        found = self._standing.look(self._consumer, ends, flowing, expected, now)
        if found:
            self._begin_anew(found[0], "is not fetched any more")

    def obey(self, members: Members, waiting: "asyncio.Future[bool]") -> None:
        """Hear what the group wants of us; begin anew if we still have not done it."""
        mine = undone(members, self._name(), frozenset(self._assignment.partitions))
        if self._assignment.rebalancing:  # it is being done
            stuck = self._obedience.stuck(frozenset())
        else:
            stuck = self._obedience.stuck(mine)
        if stuck:
            first = min(stuck)
            told = {**first._asdict(), "partitions": len(stuck)}
            group = self._membership.group
            self._on_event("kafka.unreconciled", {"group": group, **told})
            self._begin_anew(first, "is not taken or given back")
        self._bridge.call(_succeed, waiting, not mine)

    def _name(self) -> str:
        return "" if self._closing else self._consumer.memberid() or ""

    def _begin_anew(self, tp: TopicPartition, why: str) -> None:
        error = RuntimeError(f"{tp.topic}/{tp.partition} {why}")
        self._assignment.failure = application_error(error)

    def _commit_now(self, commits: Commits, waiting: "asyncio.Future[None]") -> None:
        try:
            commit_now(self._consumer, commits)
        except BrokerUnavailableError as error:
            self._bridge.call(_fail, waiting, error)
        else:
            self._bridge.call(_succeed, waiting, None)

    # --- the thread

    def run(self) -> None:
        """Be a member until told to stop; after a fatal error join again."""
        while True:
            try:
                self._session()
            except Exception as error:  # noqa: BLE001 - no error may end the thread
                self._broken(error)
            self._pending.abandon()
            self._close()
            if not self._reopened():
                return

    def _close(self) -> None:
        """Close the client; one in trouble may never have done with that.

        It is left behind then: polled no more, the group gives it up in the end.
        """
        self._closing = True
        if self.stopping:  # whoever waits for that has bounds of its own
            self._consumer.close()
            return
        closing = DaemonThread("kafka-closing")
        closed = closing.submit(self._consumer.close)
        closing.end()
        until = self._bridge.now() + _CLOSE_S
        while not closed.done():
            self._bridge.obey(_CLOSE_LOOK_S)
            if self._bridge.now() >= until:
                group = self._membership.group
                why = f"a client in trouble did not close within {_CLOSE_S:g} s"
                self._on_event("kafka.left_behind", {"group": group, "why": why})
                return

    def _reopened(self) -> bool:
        """Make a new client after a while; False once there is no need."""
        while not self.stopping and not self._bridge.broken:
            self._bridge.obey(_REOPEN_AFTER_S)
            try:
                self._open()
            except ConfigurationError as error:
                self._broken(error)
            else:
                return True
        return False

    def _session(self) -> None:
        while not self.stopping and not self._bridge.broken:
            self._bridge.obey()
            self._follow_topics()
            self._assignment.follow_topics(self._consumer)
            copied = copy_out(self._fetch(), self._record_failed, self._incarnations.of)
            for records in self._assignment.confirmed(self._consumer, copied):
                if records:
                    self._bridge.hand_over(self._listener.records, records)
            if self._idle >= _LOOK_AFTER:
                self._idle = 0
                self._assignment.look(self._consumer)
            if self._assignment.failure:
                raise KafkaException(self._assignment.failure)
        self._leave()

    def _open(self) -> None:
        self._subscribed: frozenset[str] = frozenset()
        self._pending = PendingCommits(self._bridge)
        self._unreadable = Unreadable()
        self._standing = Standing()
        self._obedience = Obedience()
        self._incarnations = Incarnations(self._ids, self._bridge)
        self._assignment = Assignment(
            self._membership,
            self._listener,
            self._bridge,
            self._on_event,
            self._incarnations,
            incremental=self._protocol == "consumer",
        )
        group, wait_s = self._membership.group, self._membership.fetch_wait_s
        settings = {
            **self._connection.member(group, self._protocol, wait_s),
            "on_commit": self._pending.answered,
            "error_cb": self._client_failed,
        }
        self._consumer = self._connection.open(Consumer, settings, self._on_event)
        self._closing = False

    def _follow_topics(self) -> None:
        wanted = self.topics
        if wanted == self._subscribed:
            return
        self._subscribed = wanted
        if wanted:
            self._consumer.subscribe(
                sorted(wanted),
                on_assign=self._assignment.on_assign,
                on_revoke=self._assignment.on_revoke,
                on_lost=self._assignment.on_lost,
            )
        else:
            self._consumer.unsubscribe()

    def _fetch(self) -> list[Consumed]:
        if not self._room():
            # Rebalances come out of `poll`: one record is the price of hearing them.
            first = self._consumer.poll(0)
            return [] if first is None else [first]
        first = self._consumer.poll(_POLL_S)
        if first is None:
            self._idle += 1
            return []
        # `consume(n, t)` alone waits out `t`; after a first record it need not wait.
        return [first, *self._consumer.consume(_BATCH - 1, 0)]

    def _room(self) -> bool:
        """Wait for room at the listener, obeying; False if there is none for long."""
        for _ in range(_ROOM_LOOKS):
            if self._listener.has_room() or self.stopping:
                return True
            self._bridge.obey(_ROOM_LOOK_S)
        return False

    def _leave(self) -> None:
        gone = frozenset(self._assignment.partitions)
        self._assignment.give_back(self._consumer, gone)
        self._assignment.partitions.clear()

    # --- troubles

    def _record_failed(self, error: KafkaError, message: Consumed) -> Record | None:
        # What a partition has is its own affair, whatever it is called.
        if is_fatal(error) or (message.topic() is None and lacks_kip_848(error)):
            self._assignment.failure = error
        place = {"topic": message.topic(), "partition": message.partition()}
        self._tell(error, **place, offset=message.offset())
        tp = TopicPartition(message.topic() or "", message.partition() or 0)
        if tp not in self._assignment.partitions:
            return None
        expected = self._assignment.expected(tp)
        known = self._incarnations.of
        return self._unreadable.given_up(
            self._consumer, error, message, expected, known
        )

    def _client_failed(self, error: KafkaError) -> None:
        if is_fatal(error) or lacks_kip_848(error):
            self._assignment.failure = error
        self._tell(error)

    def _tell(self, error: KafkaError, **fields: object) -> None:
        told = {"error": error.name(), "why": error.str(), "fatal": is_fatal(error)}
        self._on_event("kafka.source", {**fields, **told})

    def _broken(self, error: Exception) -> None:
        self._on_event("kafka.source_broken", {"why": repr(error)})
        self._assignment.lose(self._assignment.partitions)
        self._assignment.partitions.clear()
        old = isinstance(error, KafkaException) and lacks_kip_848(error.args[0])
        if old and self._membership.protocol is None:
            self._protocol = "classic"


def _succeed(waiting: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not waiting.done():
        waiting.set_result(answer)


def _fail(waiting: "asyncio.Future[None]", error: BrokerUnavailableError) -> None:
    if not waiting.done():
        waiting.set_exception(error)
