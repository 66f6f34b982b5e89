"""One round: senders send, some are killed, all settles, the promises are checked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from bus.adapters.kafka import Connection, KafkaLogReader
from bus.errors import OrderbusError
from tests.faults.intake.letters import SHARES, Post
from tests.faults.intake.manners import MANNERS
from tests.faults.intake.offered import Offered
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
    """Sends `rate` letters a second for `lasts_s`; kills those of `victims`.

    Where it `may_exceed` what this machine takes, fewer are a finding: what was
    acknowledged is judged as ever, what took how long and who gave up is told.
    """

    run: Run
    name: str
    rate: float
    lasts_s: float
    victims: Sequence[Victim] = ()
    settles_s: float = 120.0
    may_exceed: bool = False
    answers: Sequence[Answer] = ()
    settled_s: float = 0.0
    kills: list[Kill] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Count from now on."""
        self.offered = Offered(self.run.senders)

    @property
    def exceeds(self) -> bool:
        """Whether it asked for more than this machine takes, as it may."""
        return self.may_exceed and not self.offered.is_all

    async def play(self) -> None:
        """Run it, and note what is `broken`."""
        run, stage = self.run, self.run.stage
        async with self._watched():
            until = CLOCK.monotonic() + self.lasts_s
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(until))
                for victim in self.victims:
                    group.create_task(self._kill(victim, until))
            run.say(f"  {self.offered.text(self.lasts_s)}")
            run.say(f"  {len(self.kills)} were killed")
            await self._settle()
        stage.fleet.hear()
        self.answers = self.offered.answers
        self._judge()

    def _judge(self) -> None:
        run, stage = self.run, self.run.stage
        witness = run.witness
        witness.broken = self.broken
        witness.judge(stage.fleet.crashes, stage.broker_kills)
        if self.exceeds:
            self.told += self.offered.punished
        else:
            self.broken += self.offered.punished
            if not self.offered.is_all:
                text = f"only {self.offered.offered} of {self.offered.asked} letters"
                self.broken.append(f"{text} could be offered")
        self.broken += [*stage.fleet.complaints, *stage.fleet.ended()]

    async def _send(self, until: float) -> None:
        """At a steady rate; late ticks are made up for."""
        began = CLOCK.monotonic()
        while (now := CLOCK.monotonic()) < until:
            for _ in range(int((now - began) * self.rate) - self.offered.asked):
                self.offered.asked += 1
                self._offer()
            await CLOCK.sleep(_TICK_S)

    def _offer(self) -> None:
        """One more letter, where its sender takes more."""
        run = self.run
        channel = run.post.channel()
        sender = run.senders[channel]
        if sender.has_room:
            letter = run.post.letter(channel)
            run.witness.written(letter)
            sender.send(letter)
            self.offered.offered += 1

    async def _kill(self, victim: Victim, until: float) -> None:
        for kill in self.run.lanes[victim]:
            await CLOCK.sleep(min(kill.gap_s, max(0.0, until - CLOCK.monotonic())))
            if CLOCK.monotonic() >= until:
                return
            self.kills.append(kill)
            began = CLOCK.monotonic()
            try:
                await self.run.stage.play(kill)
            except AssertionError as error:  # waited for in vain
                self.broken.append(f"{victim} {kill.member}: {error}")
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
        witness = self.run.witness
        async for batch in self._reader().read(TOPIC, start=dict(witness.next)):
            witness.saw(batch)

    async def _look_at_parked(self) -> None:
        witness, topic = self.run.witness, self.run.stage.bus.world.topology.parked
        start = dict(witness.next_parked)
        async for batch in self._reader().read(topic, start=start):
            witness.saw_parked(batch)

    def _reader(self) -> KafkaLogReader:
        return KafkaLogReader(Connection(self.run.stage.bus.settings.librdkafka()))

    async def _settle(self) -> None:
        run, witness = self.run, self.run.witness
        began = moved = CLOCK.monotonic()
        least = -1
        while True:
            with suppress(OrderbusError):  # a broker that is away
                await self._look_at_parked()
            if self.exceeds:
                for letter in self.offered.given_up:
                    witness.excuse(letter)
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
