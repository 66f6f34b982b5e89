"""A sender without a network: endpoints answer as scripted, time is the clock's."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bus.ports import Answer, Clock, NoAnswer, NoAnswerKind, Post, Reply

_OK = Answer(200)
_IN_TIME = NoAnswer(NoAnswerKind.TIMEOUT, "no complete answer in time")


@dataclass(frozen=True, slots=True)
class After:
    """A reply that takes its time; `None` never comes."""

    delay_s: float
    reply: Reply | None


HANG = After(float("inf"), None)
"""The endpoint takes the post and says nothing."""

Scripted: TypeAlias = Reply | After
Script: TypeAlias = Scripted | Callable[[Post], Scripted]


@dataclass(frozen=True, slots=True)
class Sent:
    """A post, when it was made and when it was over (clock's `now`)."""

    post: Post
    reply: Reply
    started: float
    ended: float


class MemorySender:
    """`bus.sending.StraightSender` for tests and simulations.

    It begins at once what is answered at once: no reply that takes its time or is
    made from the post.

    Args:
        clock: Delays and timeouts are slept there.
        default: What endpoints reply that nothing was said about.
    """

    def __init__(self, clock: Clock, default: Script = _OK) -> None:
        self.sent: list[Sent] = []
        self.in_flight = 0
        self._clock = clock
        self._default = default
        self._always: dict[str, Script] = {}
        self._next: defaultdict[str, deque[Script]] = defaultdict(deque)

    def always(self, url: str, script: Script) -> None:
        """Let an endpoint reply so from now on, after what `then` queued."""
        self._always[url] = script

    def then(self, url: str, *scripts: Script) -> None:
        """Let an endpoint's next posts be replied so, one each."""
        self._next[url].extend(scripts)

    def posts(self, url: str | None = None) -> list[Post]:
        """What was posted (to one endpoint), in the order of completion."""
        return [s.post for s in self.sent if url is None or s.post.url == url]

    async def send(self, post: Post) -> Reply:
        """Post; see `bus.ports.Sender`."""
        started = self._clock.now()
        self.in_flight += 1
        try:
            reply = await self._reply(post, self._script(post))
        finally:
            self.in_flight -= 1
        self.sent.append(Sent(post, reply, started, self._clock.now()))
        return reply

    def start(self, post: Post, heard: Callable[[Reply | None], object]) -> bool:
        """Begin to post; see `bus.sending.StraightSender`."""
        queued = self._next[post.url] or [self._always.get(post.url, self._default)]
        if not isinstance(queued[0], Answer | NoAnswer):
            return False
        loop = asyncio.get_running_loop()
        loop.call_soon(self._answer, post, queued[0], self._clock.now(), heard)
        self.in_flight += 1
        if self._next[post.url]:
            self._next[post.url].popleft()
        return True

    def _answer(
        self,
        post: Post,
        reply: Reply,
        started: float,
        heard: Callable[[Reply | None], object],
    ) -> None:
        self.in_flight -= 1
        self.sent.append(Sent(post, reply, started, self._clock.now()))
        heard(reply)

    async def close(self) -> None:
        """Nothing is open."""

    def _script(self, post: Post) -> Scripted:
        queued = self._next[post.url]
        script = (
            queued.popleft() if queued else self._always.get(post.url, self._default)
        )
        return script(post) if callable(script) else script

    async def _reply(self, post: Post, scripted: Scripted) -> Reply:
        if not isinstance(scripted, After):
            return scripted
        if scripted.reply is None or scripted.delay_s >= post.timeout_s:
            await self._clock.sleep(post.timeout_s)
            return _IN_TIME
        await self._clock.sleep(scripted.delay_s)
        return scripted.reply
