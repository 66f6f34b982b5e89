"""One Kafka node, broker and controller in one process."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
from itertools import count
from pathlib import Path

from bus.adapters.jvm import logs
from bus.adapters.jvm.death import Death, cause
from bus.adapters.jvm.java import Java
from bus.adapters.jvm.layout import HOST, Layout, Member, is_free, let_go, require_free
from bus.adapters.jvm.probe import visible_brokers
from bus.adapters.jvm.process import SupervisedProcess, until
from bus.adapters.jvm.properties import SecureListener, properties
from bus.errors import EmbeddedBrokerError

_READY_S = 90
_READY_TIMES = 5
_ANSWER_S = 2.0
_LONGEST_ANSWER_S = 30.0
_MORE = 10
"""The more often it was asked in vain, the longer an answer may take."""
_STOP_S = 25
_FAREWELL_S = 1
_FORMAT_S = 60
_LET_GO_S = 30


class Node:
    """A broker that can be stopped, killed, frozen and started again.

    It keeps its data and its ports from one start to the next.
    """

    def __init__(
        self,
        layout: Layout,
        member: Member,
        data_dir: Path,
        java: Java,
        secure: SecureListener | None,
    ) -> None:
        self.node_id = member.node_id
        self.bootstrap_server = f"{HOST}:{member.port}"
        self.secure_bootstrap_server = f"{HOST}:{member.secure_port}"
        self.dir = data_dir / f"node-{member.node_id}"
        self._layout = layout
        self._member = member
        self._java = java
        self._secure = secure
        self._process: SupervisedProcess | None = None
        self._log_began = 0
        self._ending = False

    @property
    def pid(self) -> int | None:
        """The java process's id, None when it does not run."""
        return self._process.pid if self._process and self._process.running else None

    @property
    def running(self) -> bool:
        """Whether its process runs (it may be frozen)."""
        return self._process is not None and self._process.running

    @property
    def fallen(self) -> bool:
        """Whether its process has ended though nobody here has ended it."""
        ended = self._process is not None and not self._process.running
        return ended and not self._ending

    def death(self) -> Death:
        """Why it has fallen; what a fallen watcher left behind is ended, too."""
        process = self._fallen_process()
        if process.exit_code is None and process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        free = shutil.disk_usage(self.dir).free
        said = self._said()
        why, helps = cause(process.exit_code, said, free)
        return Death(self.node_id, why, self.dir / "kafka.log", said, helps)

    async def start(self) -> None:
        """Start it on its old data and wait until it takes requests.

        Raises:
            EmbeddedBrokerError: it did not start; the message ends with the
                last lines of Kafka's own log.
        """
        await self.launch()
        await self.ready(frozenset({self.node_id}))

    async def launch(self) -> None:
        """Start its process, formatting its storage the first time."""
        if self.running:
            return
        self._ending = False
        (self.dir / "tmp").mkdir(parents=True, exist_ok=True)
        if self._process is not None:  # it ran before: they are its own
            await let_go(self._member, _LET_GO_S)
        require_free(self._member)
        self._write_settings()
        (self.dir / "console.log").write_bytes(b"")
        self._log_began = logs.size(self.dir / "kafka.log")
        await self._format()
        self._process = self._java.serve(self.dir, "kafka.Kafka", str(self._settings))

    async def ready(self, brokers: frozenset[int]) -> None:
        """Wait until it takes requests and sees all of `brokers`.

        How long that takes is the machine's affair: as long as its log grows, it is
        on its way, up to a point.
        """
        process = self._running_process()
        asked = count()

        async def sees_all() -> bool:
            patience_s = min(_ANSWER_S + next(asked) / _MORE, _LONGEST_ANSWER_S)
            seen = await visible_brokers(HOST, self._member.port, patience_s)
            return brokers <= seen

        for _ in range(_READY_TIMES):
            written = logs.size(self.dir / "kafka.log")
            if await until(sees_all, process, _READY_S) and process.running:
                return
            if not process.running or logs.size(self.dir / "kafka.log") == written:
                break
        await self.kill()
        raise self._failure("did not start")

    async def stop(self) -> None:
        """End it in order, its leaderships handed over and its logs closed."""
        process = self._process
        self._ending = True
        if process is None or not process.running:
            return

        async def closed() -> bool:
            return not process.running or self._is_closed(process)

        process.resume()
        process.stop()
        await until(closed, None, _STOP_S)
        if process.lingers:
            self._process = None  # writes java's cache now; its data are closed
        elif not await asyncio.to_thread(process.wait, _FAREWELL_S):
            # The last controller of a quorum waits in vain for the others.
            await self.kill()

    async def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self._ending = True
        if self._process and self._process.running:
            self._process.kill()
            await asyncio.to_thread(self._process.wait, _STOP_S)

    def pause(self) -> None:
        """Freeze it (SIGSTOP): connections stay open, nothing answers."""
        self._running_process().pause()

    def resume(self) -> None:
        """Let it go on (SIGCONT)."""
        self._running_process().resume()

    def _fallen_process(self) -> SupervisedProcess:
        if self._process is None or self._process.running:
            raise EmbeddedBrokerError(f"node {self.node_id} has not ended")
        return self._process

    def _running_process(self) -> SupervisedProcess:
        if self._process is None or not self._process.running:
            raise EmbeddedBrokerError(f"node {self.node_id} does not run")
        return self._process

    @property
    def _settings(self) -> Path:
        return self.dir / "server.properties"

    def _write_settings(self) -> None:
        self._settings.touch(mode=0o600)
        self._settings.write_text(
            properties(self._layout, self._member, self.dir, self._secure)
        )

    async def _format(self) -> None:
        """Prepare empty storage; one that was cut short is done again."""
        if (self.dir / "log" / "meta.properties").exists():
            return
        tool = "kafka.tools.StorageTool"
        arguments = ("format", "-t", self._layout.cluster_id, "-c", str(self._settings))
        formatting = self._java.run(self.dir, tool, *arguments)
        await asyncio.to_thread(formatting.wait, _FORMAT_S)
        if formatting.exit_code != 0:
            formatting.kill()
            raise self._failure("cannot format its storage")

    def _is_closed(self, process: SupervisedProcess) -> bool:
        """Whether the process is of no more use, though it has not ended."""
        ports = self._member.ports if process.lingers else ()
        return all(map(is_free, ports)) and self._logs_are_closed()

    def _logs_are_closed(self) -> bool:
        """Whether Kafka gave up its own lock on them (a POSIX record lock)."""
        try:
            with (self.dir / "log" / ".lock").open("r+b") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except FileNotFoundError:
            return True
        return True

    def _failure(self, what: str) -> EmbeddedBrokerError:
        return EmbeddedBrokerError(
            f"Kafka node {self.node_id} {what}; its log in {self.dir} ends with:\n  "
            + ("\n  ".join(self._said()) or "(nothing)")
        )

    def _said(self) -> list[str]:
        said = logs.tail(self.dir / "kafka.log", self._log_began)
        return said + logs.tail(self.dir / "console.log", 0)
