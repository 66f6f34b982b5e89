"""The processes of a simulation: how they start, stop, die, freeze, are shut out."""

import asyncio
from collections.abc import Iterator

from tests.simulation.partners import Endpoints
from tests.simulation.plan import Trouble
from tests.simulation.programs import MakeEngine, Programs
from tests.simulation.scheduler import Process
from tests.simulation.world import World

_MOST = 4


class Crew:
    """All processes there are and were."""

    def __init__(
        self, world: World, endpoints: Endpoints, make_engine: MakeEngine
    ) -> None:
        self._world = world
        self._plan = world.plan
        self._endpoints = endpoints
        self._make_engine = make_engine
        self._crew: list[Programs] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """A process starts."""
        process = Process(f"bus-{len(self._crew) + 1}")
        programs = Programs(self._world, process, self._endpoints, self._make_engine)
        self._crew.append(programs)
        self._world.tell(process.name, "starts")
        task = self._world.loop.create_task(programs.run(), context=process.context)
        self._tasks.append(task)

    def _running(self) -> list[Programs]:
        return [p for p in self._crew if p.process.runs and not p.leaving]

    def _die(self, programs: Programs) -> None:
        process = programs.process
        if process.dead:
            return
        process.dead, process.died_at = True, self._world.loop.time()
        self._world.tell(process.name, "dies")
        for member in programs.members:
            member.left_behind()
            self._world.later(self._plan.options.session_s, member.bury)

    def crash(self, trouble: Trouble) -> None:
        """A process dies, and another one starts later."""
        for programs in self._pick(trouble, self._alive()):

            def crash(programs: Programs = programs) -> None:
                self._die(programs)
                self._world.later(trouble.length_s, self.start)

            programs.process.after(trouble.callbacks, crash)

    def freeze(self, trouble: Trouble) -> None:
        """A process stands still: SIGSTOP, a long pause, a machine that sleeps."""
        for programs in self._pick(trouble):

            def freeze(programs: Programs = programs) -> None:
                if programs.process.dead:
                    return
                programs.process.frozen = True
                self._world.tell(programs.process.name, "is frozen")
                if trouble.length_s >= self._plan.options.session_s:
                    self._world.later(
                        self._plan.options.session_s, self._expire, programs
                    )
                self._world.later(trouble.length_s, self._thaw, programs)

            programs.process.after(trouble.callbacks, freeze)

    def _expire(self, programs: Programs) -> None:
        for member in programs.members:
            if programs.process.frozen:
                member.fence()

    def _thaw(self, programs: Programs) -> None:
        if programs.process.frozen and not programs.process.dead:
            self._world.tell(programs.process.name, "goes on")
            for member in programs.members:
                if not self._world.healed:
                    member.blind()
                    self._world.later(self._world.latency(), member.see)
            self._world.loop.thaw(programs.process)

    def expel(self, trouble: Trouble) -> None:
        """The group takes a member for dead that is alive and does not notice."""
        for programs in self._pick(trouble):
            for member in programs.members[max(0, trouble.callbacks % 5 - 2) :][:1]:
                self._world.tell(programs.process.name, f"{member.role} is expelled")
                member.blind()
                member.fence()
                blind_s = trouble.length_s / 4 if trouble.target % 2 else 0.0
                self._world.later(blind_s, member.see)

    def roll(self, trouble: Trouble) -> None:
        """A process is asked to stop, and another one starts later."""
        for programs in self._pick(trouble):
            self._leave(programs)
            self._world.later(trouble.length_s, self.start)

    def scale(self, trouble: Trouble) -> None:
        """One process more, or one less."""
        running = self._running()
        if trouble.target % 2 and len(running) < _MOST:
            self.start()
        elif len(running) > 1:
            self._leave(running[-1])

    def _leave(self, programs: Programs) -> None:
        programs.leaving = True
        self._world.tell(programs.process.name, "is asked to stop")
        stopping = self._world.loop.create_task(
            programs.stop(), context=programs.process.context
        )
        self._tasks.append(stopping)

        def gone(task: "asyncio.Task[None]") -> None:
            if not task.cancelled():
                task.result()
                self._die(programs)

        stopping.add_done_callback(gone, context=self._world.context)

    def _alive(self) -> list[Programs]:
        """Those that are starting or stopping, too."""
        return [p for p in self._crew if p.process.runs]

    def _pick(
        self, trouble: Trouble, among: list[Programs] | None = None
    ) -> Iterator[Programs]:
        running = [p for p in self._running() if p.started]
        found = running if among is None else among
        if found:
            yield found[trouble.target % len(found)]

    def clock_jump(self, trouble: Trouble) -> None:
        """A wall clock is set."""
        for programs in self._pick(trouble):
            programs.process.skew += 1.5 if trouble.callbacks % 2 else -1.5

    def heal(self) -> None:
        """Let all that are frozen or blind go on, and start what is missing."""
        for programs in self._crew:
            self._thaw(programs)
            for member in programs.members:
                if not programs.process.dead:
                    member.see()
        while len(self._running()) < self._plan.options.processes:
            self.start()
