"""One round: senders send, some are killed, all settles, the promises are checked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from bus.adapters.kafka import Connection, KafkaLogReader
from bus.errors import OrderbusError
from tests.faults.intake.letters import SHARES, Post
from tests.faults.intake.manners import MANNERS
from tests.faults.intake.plan import Kill, Victim, schedule
from tests.faults.intake.senders import Answer, Sender
from tests.faults.intake.stage import Stage
from tests.faults.intake.witness import Witness
from tests.support.bus import CLOCK
from tests.support.pace import patience
from tests.support.stored import TOPIC

_LOOK_S = 1.0
_TICK_S = 0.005


@dataclass
class Run:
    """What goes on from round to round."""

    stage: Stage
    seed: int
    say: Callable[[str], None]
    witness: Witness = field(default_factory=Witness)
    senders: dict[str, Sender] = field(default_factory=dict)
    kills: list[Kill] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the senders, and the schedules that go on from round to round."""
        self.post = Post(self.seed)
        for name in SHARES:
            rng = Random(f"{self.seed} {name}")  # noqa: S311 - not a secret
            manners = MANNERS[name]
            self.senders[name] = Sender(name, manners, self.stage.balancer, rng)
        self.lanes = {victim: schedule(self.seed, victim) for victim in Victim}

    @property
    def under_way(self) -> int:
        """Letters that no sender is done with."""
        return sum(sender.under_way for sender in self.senders.values())

    async def close(self) -> None:
        """Let no sender send any more."""
        for sender in self.senders.values():
            await sender.close()


@dataclass
class Round:
    """Sends `rate` letters a second for `lasts_s`; kills those of `victims`."""

    run: Run
    name: str
    rate: float
    lasts_s: float
    victims: Sequence[Victim] = ()
    settles_s: float = 120.0
    answers: Sequence[Answer] = ()
    sent: int = 0
    settled_s: float = 0.0
    kills: list[Kill] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    async def play(self) -> None:
        """Run it, and note what is `broken`."""
        run, stage = self.run, self.run.stage
        before = {name: len(one.answers) for name, one in run.senders.items()}
        async with self._watched():
            until = CLOCK.monotonic() + self.lasts_s
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(until))
                for victim in self.victims:
                    group.create_task(self._kill(victim, until))
            run.say(f"  {self.sent} letters are sent, {len(self.kills)} were killed")
            await self._settle()
        stage.fleet.hear()
        self.answers = sorted(
            answer
            for name, sender in run.senders.items()
            for answer in sender.answers[before[name] :]
        )
        witness = run.witness
        witness.broken = self.broken
        witness.judge(stage.fleet.crashes, stage.broker_kills)
        self.broken += self._punished()
        self.broken += [*stage.fleet.complaints, *stage.fleet.ended()]

    def _punished(self) -> list[str]:
        return [
            f"{name}: {what}, {times} times"
            for name, sender in self.run.senders.items()
            for what, times in sender.punished.items()
        ]

    async def _send(self, until: float) -> None:
        """At a steady rate; late ticks are made up for."""
        run, began = self.run, CLOCK.monotonic()
        while (now := CLOCK.monotonic()) < until:
            for _ in range(int((now - began) * self.rate) - self.sent):
                name, letter = run.post.next()
                run.witness.written(letter)
                run.senders[name].send(letter)
                self.sent += 1
            await CLOCK.sleep(_TICK_S)

    async def _kill(self, victim: Victim, until: float) -> None:
        for kill in self.run.lanes[victim]:
            await CLOCK.sleep(min(kill.gap_s, max(0.0, until - CLOCK.monotonic())))
            if CLOCK.monotonic() >= until:
                return
            self.kills.append(kill)
            began = CLOCK.monotonic()
            await self.run.stage.play(kill)
            took_s = CLOCK.monotonic() - began
            self.run.say(f"  {victim} {kill.member} killed, whole after {took_s:.1f} s")

    # ------------------------------------------------ what stands where

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            await CLOCK.sleep(_LOOK_S)
            with suppress(OrderbusError):  # a broker that is away
                await self._look()

    async def _look(self) -> None:
        """Read on in `oms.intake`."""
        connection = Connection(self.run.stage.bus.settings.librdkafka())
        witness = self.run.witness
        start: Mapping[int, int] = witness.next
        async for batch in KafkaLogReader(connection).read(TOPIC, start=dict(start)):
            witness.saw(batch)

    async def _settle(self) -> None:
        run, witness = self.run, self.run.witness
        began = moved = CLOCK.monotonic()
        least = -1
        while True:
            parked = await run.stage.bus.records(run.stage.bus.world.topology.parked)
            witness.saw_parked(parked)
            missing = len(witness.missing()) + run.under_way
            if not missing and not run.stage.spooled():
                break
            if missing < least or least < 0:
                least, moved = missing, CLOCK.monotonic()
            run.say(f"  {missing} to come, {run.stage.spooled()} bytes on disk")
            if CLOCK.monotonic() - moved > patience(self.settles_s):
                run.say("  nothing has moved for too long")
                break  # judged with what stands where
            await CLOCK.sleep(2 * _LOOK_S)
        self.settled_s = CLOCK.monotonic() - began
