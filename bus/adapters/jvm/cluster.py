"""A real Apache Kafka on loopback, of one node or several."""

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bus.adapters.jvm import download, jars, layout
from bus.adapters.jvm.hold import Hold, hold
from bus.adapters.jvm.java import Java, runtime
from bus.adapters.jvm.node import Node
from bus.adapters.jvm.progress import Progress, Silence
from bus.adapters.jvm.properties import SecureListener


class EmbeddedKafka:
    """A Kafka cluster that lives as long as this program wants it to.

    Its data stay in `data_dir` and are used again at the next start. Kafka
    itself is downloaded once, into `cache_dir`. When this program dies, however
    that may be, the brokers end within a second or two.
    """

    def __init__(  # noqa: PLR0913 - what its owners may choose, by name
        self,
        data_dir: Path,
        cache_dir: Path,
        *,
        brokers: int = 1,
        port: int | None = None,
        secure: SecureListener | None = None,
        progress: Progress | None = None,
        short: bool = False,
    ) -> None:
        """Describe it; `port` is the first broker's, by default any free one.

        One with a `short` life ahead, of minutes, warms up with less of the processor.
        """
        self.nodes: list[Node] = []
        self._data_dir = data_dir.absolute()
        self._cache_dir = cache_dir.absolute()
        self._repository = self._cache_dir / "maven"
        self._hold: Hold | None = None
        self._brokers = brokers
        self._port = port
        self._secure = secure
        self._progress = progress or Silence()
        self._short = short

    @property
    def bootstrap_servers(self) -> str:
        """What a Kafka client calls by this name, all nodes in it."""
        return ",".join(node.bootstrap_server for node in self.nodes)

    @property
    def secure_bootstrap_servers(self) -> str:
        """Likewise of the SASL_SSL listener."""
        return ",".join(node.secure_bootstrap_server for node in self.nodes)

    async def start(self) -> None:
        """Start all nodes and wait until each sees all the others.

        Raises:
            EmbeddedBrokerError: Kafka cannot be had or does not start; the
                message says what to do about it.
        """
        runtime()
        class_path = await self._fetch()
        self._hold = await hold(self._data_dir)
        try:
            self.nodes = self._plan(class_path, self._hold.brokers)
            self._progress.step(f"Starting Apache Kafka {class_path.version}")
            await self._start_nodes()
        except BaseException:
            await self.stop()
            raise

    @property
    def fallen(self) -> Node | None:
        """A node whose process has ended though nobody has ended it."""
        return next((node for node in self.nodes if node.fallen), None)

    async def stop(self) -> None:
        """End all nodes in order; their data stay."""
        await asyncio.gather(*(node.stop() for node in self.nodes))
        if self._hold:
            self._hold.release()

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        await self.stop()

    async def _fetch(self) -> jars.ClassPath:
        class_path = jars.locked()
        stopping = threading.Event()
        try:
            await asyncio.to_thread(
                download.ensure, class_path, self._repository, self._progress, stopping
            )
        finally:
            stopping.set()
        return class_path

    def _plan(self, class_path: jars.ClassPath, lock: IO[bytes]) -> list[Node]:
        plan = layout.arrange(self._data_dir, self._brokers, self._port)
        java = Java(
            class_path.within(self._repository),
            self._cache_dir,
            lock,
            short=self._short,
        )
        return [
            Node(plan, member, self._data_dir, java, self._secure)
            for member in plan.members
        ]

    async def _start_nodes(self) -> None:
        everyone = frozenset(node.node_id for node in self.nodes)
        await _all(node.launch() for node in self.nodes)
        await _all(node.ready(everyone) for node in self.nodes)


async def _all(steps: Iterable[Coroutine[None, None, None]]) -> None:
    """Take them at once; the first that fails ends the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
