"""The processes under test: two of each role, killed, frozen, replaced."""

import asyncio
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from tests.faults.plan import EACH, ROLES
from tests.guarantees import Pair
from tests.support.bus import CLOCK, Bus, Worker
from tests.support.pace import patience

_SETTINGS = {"breaker_open_s": 0.5, "breaker_open_max_s": 2, "trace_ratio": 0}
_QUEUE_FULL = "_QUEUE_FULL"
_LATE_S = 5.0
"""How long an attempt that was cut off may take, on the usual machine."""


@dataclass(frozen=True, slots=True)
class Crash:
    """When a process of a role could not commit what it had done; epoch seconds.

    A frozen one (`frozen`) held what it had read, and goes on with it afterwards.
    """

    role: str
    why: str
    began_at: float
    ended_at: float
    frozen: bool = False


@dataclass
class Fleet:
    """Starts and ends the processes, and notes what may excuse a repetition."""

    bus: Bus
    registry_url: str
    running: dict[tuple[str, int], Worker] = field(default_factory=dict)
    crashes: list[Crash] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    slow_stops: int = 0
    """Ends asked for by SIGTERM that took too long, so that SIGKILL followed."""
    full_queues: set[int] = field(default_factory=set)
    """Processes, by pid, whose producer had no room."""
    queues: frozenset[str] = frozenset()
    """Partners that may have accepted whatever ended in no good answer."""
    unanswered: set[Pair] = field(default_factory=set)
    """Attempts without an answer: what the partner accepted there comes again."""
    _roles: dict[int, str] = field(default_factory=dict)
    _read: dict[int, int] = field(default_factory=dict)

    async def start_all(self) -> None:
        """Start two of each role and wait until all are ready."""
        names = [(role, index) for role in ROLES for index in range(EACH)]
        for name in names:
            await self.start(*name)
        await asyncio.gather(*(self.running[name].ready(120) for name in names))

    async def start(self, role: str, index: int, **settings: object) -> Worker:
        """Start a process; it may take a while until it is ready."""
        given = {**_SETTINGS, "registry_url": self.registry_url, **settings}
        worker = await self.bus.run(role, share=EACH, **given)  # type: ignore[arg-type]
        self._roles[worker.process.pid] = role
        self.running[role, index] = worker
        return worker

    async def kill(self, role: str, index: int) -> None:
        """SIGKILL."""
        began = CLOCK.now()
        worker = self.running[role, index]
        await worker.kill()
        self.crashes.append(Crash(role, "killed", began, CLOCK.now()))

    async def freeze(self, role: str, index: int, lasts_s: float) -> None:
        """SIGSTOP, and SIGCONT later."""
        process = self.running[role, index].process
        process.send_signal(signal.SIGSTOP)
        began = CLOCK.now()
        await CLOCK.sleep(lasts_s)
        process.send_signal(signal.SIGCONT)
        self.crashes.append(Crash(role, "frozen", began, CLOCK.now(), frozen=True))

    async def stop(self, role: str, index: int) -> None:
        """SIGTERM; one that does not drain in time is killed, and that is noted."""
        began = CLOCK.now()
        worker = self.running[role, index]
        try:
            code = await worker.stop()
        except TimeoutError:
            code = None
            await worker.kill()
            self.crashes.append(Crash(role, "not drained", began, CLOCK.now()))
            self.slow_stops += 1
        if code:
            self.complaints.append(f"{worker.log.name} ({role}): SIGTERM gave {code}")

    def hear(self) -> None:
        """Read what was logged since: lost partitions, cut drains, bugs."""
        for worker in self.bus.workers:
            role = self._roles[worker.process.pid]
            for line in self._news(worker):
                self._note(role, worker, line)

    def _news(self, worker: Worker) -> Iterator[dict[str, object]]:
        pid = worker.process.pid
        with worker.log.open("rb") as log:
            log.seek(self._read.get(pid, 0))
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read[pid] = self._read.get(pid, 0) + len(line)
                dull = b'"event":"attempt"' in line and b'"accepted"' in line
                if not dull and line.startswith(b"{"):
                    told: dict[str, object] = orjson.loads(line)
                    yield told

    def _note(self, role: str, worker: Worker, line: dict[str, object]) -> None:
        event = line.get("event")
        if event == "attempt":
            pair = Pair(str(line["event_id"]), str(line["subscription"]))
            unheard = line["outcome"] == "unreachable"
            if unheard or pair.subscription in self.queues:
                self.unanswered.add(pair)
        if event == "bug":
            self.complaints.append(f"{worker.log.name} ({role}): {line}")
        if line.get("error") == _QUEUE_FULL:
            self.full_queues.add(worker.process.pid)
        lost = event == "partitions_lost" and line.get("change") == "lost"
        broken = line.get("source") in {"kafka.revoke", "kafka.source_broken"}
        if lost or broken or event == "drain_cut":
            at = _time(line)
            why = str(event if not broken else line.get("source"))
            self.crashes.append(Crash(role, why, at, at + patience(_LATE_S)))

    def ended(self) -> list[str]:
        """Processes that ended though nobody ended them."""
        return [
            f"{worker.log.name} ({role} {index}) ended by itself with "
            f"{worker.process.returncode}"
            for (role, index), worker in self.running.items()
            if worker.process.returncode is not None
        ]


def _time(line: dict[str, object]) -> float:
    return datetime.fromisoformat(str(line["time"])).timestamp()
