"""Looking at the endpoint and trying it, step by step, as far as it can be reached.

A step that fails ends what builds on it. Every step has its own time, the whole has
one too: what was seen until then is judged all the same.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from bus.delivery.endpoint import SCHEMES
from bus.delivery.endpoint import Kind as EndpointKind
from bus.ports import Answer, Clock, Post, Sender
from bus.probing import Prober
from bus.webhook.rendering import negotiate
from bus.webhook.signing import Signer
from processors.diagnose.events import (
    Message,
    harmless,
    others,
    post,
    sample_of,
    wrong_signer,
)
from processors.diagnose.facts import At, Facts, Kind, Pace, Tried
from processors.diagnose.reaching import first_reached, veiled
from processors.diagnose.sending import Sending
from processors.diagnose.subject import Subject
from processors.sinks import Sinks

_LONGEST_ANSWER_S = 30.0
_MOST_ADDRESSES = 8
_KEPT = 2
_ALONE = 10
_TOGETHER = 10
_ROUNDS = 2
_UNSUPPORTED = (406, 415)
_PLACELESS = frozenset({EndpointKind.PULL, EndpointKind.PLUGGED})
"""Kinds whose URLs name no place that we could connect to."""
_RANDOM_BYTES = 32
_ID_BYTES = 16

Step: TypeAlias = Callable[[str], None]
"""Told what is being done now."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a diagnosis works with; made in `processors.wiring.diagnosing`.

    `sender` posts as deliveries do, `sinks` deliver to what is no webhook. A look-up, a
    connection and a handshake may take `step_s` each, all of it `budget_s`.
    `configuration` is what may be told of the settings, `hidden` what must never be.
    """

    prober: Prober
    sender: Sender
    sinks: Sinks
    clock: Clock
    random_bytes: Callable[[int], bytes]
    step_s: float = 5.0
    budget_s: float = 90.0
    configuration: dict[str, object] = field(default_factory=dict)
    hidden: Sequence[str] = field(default=(), repr=False)


class Probing:
    """One endpoint, from its name to ten requests at a time; fills `facts`."""

    def __init__(
        self, means: Means, subject: Subject, facts: Facts, step: Step
    ) -> None:
        self._means = means
        self._one = subject.subscription
        self._signer = subject.signer
        self._outsider = subject.outsider
        # A partner gets nobody flooded who has not said yet that he wants events.
        self._lone = subject.outsider and self._one.unproven
        self._facts = facts
        self._told = step
        self._doing = ""
        self._timeout_s = min(self._one.timeout_s, _LONGEST_ANSWER_S)
        self._representation = negotiate(self._one.accept)
        self._wrong = wrong_signer(self._one, means.random_bytes(_RANDOM_BYTES))

    async def run(self) -> None:
        """All steps that can be made."""
        try:
            async with asyncio.timeout(self._means.budget_s):
                await self._steps()
        except TimeoutError:
            self._facts.cut_short = self._doing

    async def _steps(self) -> None:
        if self._one.kind is not EndpointKind.HTTP:
            await self._sent()
            return
        if not await self._looked_up() or not await self._connected():
            return
        if not await self._secured() or not await self._exchanged():
            return
        await self._tried()
        if self._signer is not None and not self._lone:
            await self._paced(self._signer)

    # ------------------------------------------------ the way there

    async def _looked_up(self) -> bool:
        self._step("looking the name up")
        seen = await self._means.prober.look_up(self._one.url, self._means.step_s)
        seen = veiled(seen) if self._outsider else seen
        self._facts.looked_up = At(self._now(), seen)
        return bool(seen.admitted)

    async def _connected(self) -> bool:
        found = self._facts.looked_up
        addresses = found.seen.admitted[:_MOST_ADDRESSES] if found else ()
        self._step(f"connecting to {len(addresses)} of its addresses")
        at_s = self._now()
        seen = await asyncio.gather(
            *(
                self._means.prober.connect(self._one.url, address, self._means.step_s)
                for address in addresses
            )
        )
        self._facts.connected = [At(at_s, one) for one in seen]
        return first_reached(self._facts) is not None

    async def _secured(self) -> bool:
        if SCHEMES[urlsplit(self._one.url).scheme].plain:
            return True
        self._step("agreeing on TLS")
        seen = await self._means.prober.secure(
            self._one.url, self._address, self._one.tls, self._means.step_s
        )
        self._facts.secured = At(self._now(), seen)
        return seen.failure is None

    async def _exchanged(self) -> bool:
        self._step("posting twice on one connection")
        sent = self._post(self._test(), self._signer or self._wrong)
        at_s = self._now()
        seen = await self._means.prober.exchange(sent, self._address, _KEPT)
        self._facts.exchanged = At(at_s, seen)
        return bool(seen) and seen[0].status > 0 and seen[0].failure is None

    @property
    def _address(self) -> str:
        reached = first_reached(self._facts)
        return reached.seen if reached else ""

    # ------------------------------------------------ what is no webhook

    async def _sent(self) -> None:
        """As far as the connection all are alike; then each by its own sink."""
        if self._one.kind not in _PLACELESS and not (
            await self._looked_up()
            and await self._connected()
            and await self._secured()
        ):
            return
        if self._signer is None:
            return
        means, facts = self._means, self._facts
        sending = Sending(
            means.sinks, means.clock, facts, self._signer, self._timeout_s
        )
        self._step("sending a signed event")
        sent = await sending.one()
        if sent is None or sent.outcome.name != "accepted" or self._lone:
            return
        self._step("timing one at a time")
        await sending.some(self._nonce())

    # ------------------------------------------------ what it answers

    async def _tried(self) -> None:
        good = self._signer
        if good is not None:
            sample = sample_of(self._one, self._now())
            self._step("sending a signed event")
            first = await self._try(Kind.SIGNED, sample, good)
            if first.accepted:
                self._step("sending it again")
                await self._try(Kind.REPEATED, sample, good)
            elif first.status in _UNSUPPORTED:
                await self._try_others(good)
            self._step("sending an unknown event type")
            await self._try(Kind.UNKNOWN_TYPE, self._test(), good)
        self._step("sending a wrong signature")
        await self._try(Kind.WRONG_SIGNATURE, self._test(), self._wrong)

    async def _try_others(self, good: Signer) -> None:
        for representation in others(self._one.accept):
            self._step(f"sending {representation.value}")
            message = harmless(representation, self._now(), self._nonce())
            await self._try(Kind.OTHER_CONTENT, message, good)

    async def _try(self, kind: Kind, message: Message, signer: Signer) -> Tried:
        clock = self._means.clock
        at_s, began = clock.now(), clock.monotonic()
        reply = await self._means.sender.send(self._post(message, signer))
        tried = Tried(
            kind,
            at_s,
            clock.monotonic() - began,
            reply,
            message.event_type,
            message.webhook_id,
            message.content,
            self._timeout_s,
        )
        self._facts.tried.append(tried)
        return tried

    # ------------------------------------------------ how fast

    async def _paced(self, good: Signer) -> None:
        if not any(isinstance(one.reply, Answer) for one in self._facts.tried):
            return
        one = self._one
        most = min(_TOGETHER, one.concurrency, max(1, int(one.limit or _TOGETHER)))
        self._step("timing one request at a time")
        alone = await self._pace(good, 1, min(_ALONE, most))
        if alone.unanswered or most == 1:
            return
        self._step(f"timing {most} requests at a time")
        await self._pace(good, most, _ROUNDS)

    async def _pace(self, good: Signer, flight: int, rounds: int) -> Pace:
        at_s = self._now()
        took: list[float] = []
        unanswered = 0
        for _ in range(rounds):
            found = await asyncio.gather(*(self._timed(good) for _ in range(flight)))
            took += [seconds for seconds in found if seconds is not None]
            unanswered += sum(seconds is None for seconds in found)
            if unanswered:
                break
        pace = Pace(flight, at_s, took, unanswered, self._timeout_s)
        self._facts.paces.append(pace)
        return pace

    async def _timed(self, good: Signer) -> float | None:
        sent = self._post(self._test(), good)
        began = self._means.clock.monotonic()
        reply = await self._means.sender.send(sent)
        answered = isinstance(reply, Answer)
        return self._means.clock.monotonic() - began if answered else None

    # ------------------------------------------------ what is sent

    def _test(self) -> Message:
        return harmless(self._representation, self._now(), self._nonce())

    def _nonce(self) -> str:
        return self._means.random_bytes(_ID_BYTES).hex()

    def _post(self, message: Message, signer: Signer) -> Post:
        return post(self._one, message, signer, self._now(), self._timeout_s)

    def _step(self, what: str) -> None:
        self._doing = what
        self._told(what)

    def _now(self) -> float:
        return self._means.clock.now()
