"""The partners' endpoints, and the sender of one process that posts to them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVarTuple, Unpack

import orjson

from bus.ports import Answer, NoAnswer, NoAnswerKind, Post, Reply
from tests.guarantees import Pair
from tests.simulation.plan import Mood, seeded
from tests.simulation.scheduler import TICK_S, Process
from tests.simulation.world import World

Arguments = TypeVarTuple("Arguments")
_OK = Answer(200)
_FOREVER_S = float("inf")


class Endpoints:
    """How each endpoint answers: a status or None, and after how long."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = seeded(f"endpoints {world.plan.seed}")
        self.moods = {p.id: p.mood for p in world.plan.partners}

    def answer(self, subscription: str, event_id: str) -> tuple[Reply, float]:
        """The reply to a post that has arrived, and how long it takes, seconds."""
        mood = Mood.GOOD if self._world.healed else self.moods[subscription]
        draw = self._random.random()
        if mood is Mood.SLOW:
            return _OK, 0.2 + draw
        if mood is Mood.HANGING and draw < _SHARES[mood]:
            return _OK, _FOREVER_S
        if mood is Mood.REFUSING:
            refused = event_id[-1] in "02468"
            return (self._trouble(mood) if refused else _OK), 0.0
        return (self._trouble(mood) if draw < _SHARES.get(mood, 0.0) else _OK), 0.0

    def _trouble(self, mood: Mood) -> Reply:
        pick = self._random.choice
        if mood is Mood.RESETTING:
            return NoAnswer(
                pick((NoAnswerKind.RESET, NoAnswerKind.CONNECT)), "simulated"
            )
        wait = pick(_WAITS) if mood is Mood.THROTTLING else None
        return Answer(pick(_STATUSES[mood]), wait)


_SHARES = {
    Mood.FLAKY: 0.3,
    Mood.FAILING: 0.9,
    Mood.HANGING: 0.7,
    Mood.THROTTLING: 0.4,
    Mood.GONE: 0.1,
    Mood.RESETTING: 0.3,
}
_STATUSES = {
    Mood.FLAKY: (500, 503, 408),
    Mood.FAILING: (500,),
    Mood.THROTTLING: (429, 503),
    Mood.REFUSING: (400, 404, 301),
    Mood.GONE: (410,),
}
_WAITS = (None, "0", "1", "3", "soon")
_FRESH, _ENDED = 0.2, 0.05
"""How often no connection is kept, and how often it ends before the post comes."""


class SimulatedSender:
    """`StraightSender` of one process; `under_way` are its posts not answered."""

    def __init__(self, world: World, process: Process, endpoints: Endpoints) -> None:
        self.under_way: dict[object, Pair] = {}
        world.witness.excuses.posts[process] = self.under_way
        self._world = world
        self._process = process
        self._endpoints = endpoints
        self._random = seeded(f"connections {world.plan.seed} {process.name}")

    async def send(self, post: Post) -> Reply:
        """Post once, over a network that delays and drops answers."""
        waiter: asyncio.Future[Reply] = self._world.loop.create_future()
        self._post(post, waiter.set_result)
        return await waiter

    def start(self, post: Post, heard: Callable[[Reply | None], object]) -> bool:
        """Do so on a kept connection, if there is one and it has not just ended."""
        draw = self._random.random()
        if draw < _FRESH:
            return False
        if draw < _FRESH + _ENDED:
            self._after(self._world.latency(), heard, None)
        else:
            self._post(post, heard)
        return True

    async def close(self) -> None:
        """Nothing is open."""

    def _post(self, post: Post, heard: Callable[[Reply], object]) -> None:
        subscription = post.url.split("/")[2].split(".")[0]
        event_id = f"e{orjson.loads(post.body)['data']['number']}"
        name = next(v for k, v in post.headers if k == "webhook-id")
        pair = Pair(event_id, subscription)
        course = _Course(pair, heard, self._world.loop.time() + post.timeout_s)
        self.under_way[course] = pair
        self._world.witness.posted(pair, self._process, name)
        self._after(self._world.latency(), self._arrived, course)

    def _arrived(self, course: "_Course") -> None:
        world, pair = self._world, course.pair
        reply, takes_s = self._endpoints.answer(pair.subscription, pair.event_id)
        accepts = isinstance(reply, Answer) and 200 <= reply.status <= 299
        if accepts and takes_s < _FOREVER_S:
            world.witness.accepted(pair, self._process)
        lost = accepts and self._endpoints.moods[pair.subscription] is Mood.RESETTING
        if lost and world.chance(0.2):
            reply = NoAnswer(NoAnswerKind.RESET, "after the request, simulated")
        left_s = course.deadline - world.loop.time()
        takes_s += world.latency()
        if takes_s >= left_s:
            reply = NoAnswer(NoAnswerKind.TIMEOUT, "simulated")
            world.witness.unheard(pair)
        elif isinstance(reply, NoAnswer) and accepts:
            world.witness.unheard(pair)
        self._after(min(takes_s, left_s), self._over, course, reply, accepts)

    def _over(self, course: "_Course", reply: Reply, accepts: bool) -> None:  # noqa: FBT001 - a callback
        del self.under_way[course]
        if accepts and isinstance(reply, Answer):
            self._world.witness.heard(course.pair, self._process)
        course.heard(reply)

    def _after(
        self,
        delay_s: float,
        step: Callable[[Unpack[Arguments]], object],
        *args: *Arguments,
    ) -> None:
        self._world.loop.call_later(max(delay_s, TICK_S), step, *args)


@dataclass(eq=False, slots=True)
class _Course:
    """A post on its way."""

    pair: Pair
    heard: Callable[[Reply], object]
    deadline: float
