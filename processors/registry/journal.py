"""One instance's hold on the registry's log: it follows, and appends what counts."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

from bus.errors import BrokerUnavailableError, PublishError, RegistryUnavailableError
from bus.ports import Clock, LogReader, Publisher
from bus.record import Message, Record
from bus.registry.answers import Append, Decision, Refused, Settled
from bus.registry.log import TOKEN, SchemaLog
from bus.registry.records import Key, Value
from processors.following import Follower

T = TypeVar("T")

TOPIC = "_schemas"
# Each one lost went to a writer elsewhere; more than this is no race any more.
MAX_ATTEMPTS = 100


class Journal:
    """The log as one instance reads and writes it.

    `new_token` returns a new unique text at each call. Nothing takes longer than
    `timeout_s`; then RegistryUnavailableError is raised. Only reading the log for the
    first time takes as long as records come.
    """

    def __init__(
        self,
        publisher: Publisher,
        reader: LogReader,
        clock: Clock,
        *,
        new_token: Callable[[], str],
        topic: str = TOPIC,
        timeout_s: float = 15.0,
    ) -> None:
        self.log = SchemaLog(topic)
        self._publisher = publisher
        self._reader = reader
        self._follower = Follower(
            reader, clock, topic, self._take, caught_up=self._repair_if_needed
        )
        self._new_token = new_token
        self._topic = topic
        self._timeout_s = timeout_s
        self._writing = asyncio.Lock()
        self._refreshing = asyncio.Lock()
        self._refreshes = 0
        self._refreshed = 0
        self._repairing: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[bool]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Read the log to its end and follow it from then on.

        Raises:
            RegistryUnavailableError: Nothing came of it for too long.
            TopicError: There is no such topic.
        """
        self._following = self._keep(self._follower.run(), "follow")
        await self.ready()

    async def ready(self) -> None:
        """Return when the log was read to its end once.

        Raises:
            RegistryUnavailableError: Nothing came of it for too long.
        """
        try:
            await self._follower.loaded()
        except BrokerUnavailableError as error:
            raise RegistryUnavailableError(f"topic {error}") from None

    async def stop(self) -> None:
        """Stop following; what is being written fails."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def refresh(self) -> None:
        """Read the log to its end as it stands now.

        Raises:
            RegistryUnavailableError: Kafka did not answer in time.
        """
        asked = self._refreshes
        try:
            async with asyncio.timeout(self._timeout_s), self._refreshing:
                # One that began before we asked may have missed what we look for.
                if self._refreshed <= asked:
                    self._refreshes += 1
                    number = self._refreshes
                    await self._read_on()
                    self._refreshed = number
        except (TimeoutError, BrokerUnavailableError) as error:
            why = str(error) or "no answer in time"
            raise RegistryUnavailableError(
                f"topic {self._topic} cannot be read: {why}"
            ) from None

    async def submit(self, decide: Callable[[SchemaLog], Decision[T]]) -> T | Refused:
        """Do what `decide` says, again and again until its records count.

        Raises:
            RegistryUnavailableError: Kafka did not take the records in time.
        """
        await self.ready()
        async with self._writing:
            done: list[T] = []
            for _ in range(MAX_ATTEMPTS):
                decision = decide(self.log)
                match decision:
                    case Settled(answer):
                        return answer
                    case Refused():
                        # Refused only because a part of it is done already?
                        return done[0] if done else decision
                    case Append(changes, answer):
                        counted = await self._append(changes)
                        if all(counted):
                            return answer
                        if any(counted):
                            done.append(answer)
        raise RegistryUnavailableError("too many writers at once")

    # --- writing

    async def _append(self, changes: Sequence[tuple[Key, Value]]) -> Sequence[bool]:
        tokens = [self._new_token() for _ in changes]
        return await self._write(
            [
                self.log.message(key, value, token)
                for (key, value), token in zip(changes, tokens, strict=True)
            ],
            tokens,
        )

    async def _write(
        self, messages: Sequence[Message], tokens: Sequence[str]
    ) -> Sequence[bool]:
        loop = asyncio.get_running_loop()
        for token in tokens:
            self._waiting[token] = loop.create_future()
        try:
            async with asyncio.timeout(self._timeout_s):
                sent = [self._publisher.publish(message) for message in messages]
                await asyncio.gather(*sent)
                return await asyncio.gather(*(self._waiting[t] for t in tokens))
        except TimeoutError:
            raise RegistryUnavailableError(
                f"topic {self._topic} did not take a record "
                f"within {self._timeout_s:g} s"
            ) from None
        except PublishError as error:
            raise RegistryUnavailableError(str(error)) from None
        finally:
            for token in tokens:
                self._waiting.pop(token, None)

    async def _repair(self) -> None:
        # Before the end is reached, the repair of somebody else may be still ahead.
        await self.ready()
        async with self._writing:
            await self._append(self.log.repairs())

    # --- reading

    async def _read_on(self) -> None:
        start = {0: self.log.next_offset}
        async for batch in self._reader.read(self._topic, start=start):
            for record in batch:
                self._take(record)

    def _take(self, record: Record) -> None:
        counts = self.log.apply(record)
        if counts is None:
            return
        token = dict(record.headers).get(TOKEN, b"").decode(errors="replace")
        waiting = self._waiting.get(token)
        if waiting and not waiting.done():
            waiting.set_result(counts)
        self._repair_if_needed()

    def _repair_if_needed(self) -> None:
        idle = self._repairing is None or self._repairing.done()
        if self.log.disputed and self._following and idle:
            self._repairing = self._keep(self._repair(), "repair")

    def _keep(
        self, work: Coroutine[object, object, None], name: str
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._let_go)
        return task

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        # Repairs that failed are tried again with the next record; the compaction
        # lag leaves them a day. Who waits for the others hears of it there.
        if not task.cancelled():
            task.exception()
