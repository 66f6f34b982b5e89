"""Runs the demo: starts everything, plays the orders, waits, repairs, replays."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

from bus.client.producer import EventWriter
from bus.delivery.endpoint import Kind
from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import BrokerUnavailableError, TopicError
from bus.event import Event
from bus.ports import Clock
from bus.receiving import Inlet
from bus.webhook.signing import generate_secret
from processors.demo.live import Show
from processors.demo.partners import Partner, partners
from processors.demo.standing import Standing
from processors.demo.stream import now, order_with, orders, play
from processors.demo.tally import Tally
from processors.receiver import Behaviour, Receiver
from processors.redrive.letters import Wanted, read_letters
from processors.redrive.replaying import replay
from processors.redrive.timeline import Timeline
from processors.redrive.tracing import trace
from processors.subscriptions.world import World

_LOOK_S = 0.25
_PATIENCE_S = 120.0
_LOOK_BACK_S = 60.0
_SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """How much is played, how fast."""

    events: int = 1000
    rate: float = 50.0


@dataclass(slots=True)
class Outcome:
    """What the demo found out."""

    tally: Tally
    partners: tuple[Partner, ...]
    wall_s: float = 0.0
    life: Timeline | None = None
    replayed: list[str] = field(default_factory=list)


class Demo:
    """One run, on a stack that is up; `inlets` are ways to partners beside HTTP."""

    def __init__(
        self,
        world: World,
        writer: EventWriter,
        clock: Clock,
        plan: DemoPlan,
        inlets: Mapping[Kind, Inlet],
    ) -> None:
        self._world = world
        self._writer = writer
        self._plan = plan
        self._clock = clock
        self._since_ms = int((self._clock.now() - _LOOK_BACK_S) * 1000)
        self._events = orders(plan.events, _SEED, now(self._clock))
        self._picky_order = order_with(self._events, "payment.captured")
        self._secret = generate_secret(world.random_bytes(32))
        self.partners = partners(self._picky_order, self._secret, inlets)
        self._inlets = inlets
        self.tally = Tally(self.partners)
        self._standing = Standing(world, self.partners, self.tally)
        self._receiver = Receiver(self._clock)

    async def run(self, show: Show) -> Outcome:
        """Play it all; returns what became of it."""
        async with AsyncExitStack() as stack:
            await self._receiver.start("127.0.0.1", 0)
            stack.push_async_callback(self._receiver.close)
            show.start()
            stack.callback(show.stop)
            began = self._clock.monotonic()
            show.update("Partners subscribe", began, len(self._events))
            await self._subscribe(stack)
            began = self._clock.monotonic()
            await self._play(show)
            await self._settle(show)
            outcome = Outcome(self.tally, self.partners)
            walked = self._walked()
            if walked is not None:
                await self._repair(show, outcome)
                lives = await trace(self._world, walked.id, self._since_ms)
                outcome.life = lives[0] if lives else None
            outcome.wall_s = self._clock.monotonic() - began
            return outcome

    async def _subscribe(self, stack: AsyncExitStack) -> None:
        for partner in self.partners:
            self._receiver.behave(partner.path, partner.behaviour)
            url = await self._open(partner, stack)
            subscription = self._subscription(partner, url)
            await self._world.topics.create(
                self._world.topology.topics_of(subscription)
            )
            await self._world.writer.add(subscription)

    async def _open(self, partner: Partner, stack: AsyncExitStack) -> str:
        """Let a partner listen; returns where."""
        inlet = self._inlets.get(partner.via)
        if inlet is None:
            return self._receiver.url(partner.path)
        stack.push_async_callback(inlet.close)
        return await inlet.open(partial(self._receiver.take, partner.path))

    def _subscription(self, partner: Partner, url: str) -> Subscription:
        created_at = now(self._clock)
        return parse_subscription(
            {
                "id": partner.id,
                "url": url,
                "types": partner.types,
                "description": partner.is_,
                "secrets": [
                    {"id": "demo", "value": self._secret, "created_at": created_at}
                ],
                **partner.options,
            }
        )

    # ------------------------------------------------ the stream

    async def _play(self, show: Show) -> None:
        async def send(event: Event) -> None:
            self.tally.sent(event, int(self._clock.now() * 1e9))
            await self._writer.write(event)

        playing = asyncio.create_task(
            play(self._events, self._plan.rate, send, self._clock)
        )
        try:
            while not playing.done():
                await self._look(show, "Orders come in")
                await asyncio.wait({playing}, timeout=_LOOK_S)
            await playing
        finally:
            playing.cancel()

    async def _settle(self, show: Show) -> None:
        """Wait until every delivery is accepted or a dead letter, and committed."""
        deadline = self._clock.monotonic() + _PATIENCE_S
        while self.tally.unsettled and self._clock.monotonic() < deadline:
            await self._look(show, "Retries walk the tiers, the dead partner times out")
            await self._clock.sleep(_LOOK_S)
        await self._look(show, "Settled")

    async def _look(self, show: Show, what: str) -> None:
        self.tally.read(self._receiver.received)
        # It is told and started again; meanwhile it may not know its topics either.
        with suppress(BrokerUnavailableError, TopicError):
            await self._standing.look()
        show.update(what, self._clock.monotonic(), len(self._events))

    # ------------------------------------------------ the walk and the replay

    def _walked(self) -> Event | None:
        """The event that walked all tiers into the dead letters."""
        for event in self._events:
            dead = self.tally.counts["bank"].dead
            if event.subject == self._picky_order and event.id in dead:
                return event
        return None

    async def _repair(self, show: Show, outcome: Outcome) -> None:
        """The bank mends its endpoint; its dead letters are delivered once more."""
        self._receiver.behave("/bank", Behaviour())
        count = self.tally.counts["bank"]
        outcome.replayed = sorted(count.dead - count.accepted.keys())
        await self._world.table.ready()
        bank = self._world.table.get("bank")
        if bank is not None:
            letters = read_letters(self._world, bank.id, Wanted())
            await replay(self._world, bank, letters, lambda _: None)
        deadline = self._clock.monotonic() + _PATIENCE_S
        while set(outcome.replayed) - count.accepted.keys() or self.tally.unsettled:
            if self._clock.monotonic() > deadline:
                return
            await self._look(show, "The bank is repaired, its dead letters replayed")
            await self._clock.sleep(_LOOK_S)
