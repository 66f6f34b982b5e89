"""The partners' endpoints, and the sender of one process that posts to them."""

import orjson

from bus.ports import Answer, NoAnswer, NoAnswerKind, Post, Reply
from tests.guarantees import Pair
from tests.simulation.plan import Mood, seeded
from tests.simulation.scheduler import Process
from tests.simulation.world import World

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


class SimulatedSender:
    """`bus.ports.Sender` of one process; `under_way` are its posts not answered."""

    def __init__(self, world: World, process: Process, endpoints: Endpoints) -> None:
        self.under_way: dict[object, Pair] = {}
        world.witness.excuses.posts[process] = self.under_way
        self._world = world
        self._process = process
        self._endpoints = endpoints

    async def send(self, post: Post) -> Reply:
        """Post once, over a network that delays and drops answers."""
        world = self._world
        subscription = post.url.split("/")[2].split(".")[0]
        event_id = f"e{orjson.loads(post.body)['data']['number']}"
        name = next(v for k, v in post.headers if k == "webhook-id")
        pair, token = Pair(event_id, subscription), object()
        self.under_way[token] = pair
        world.witness.posted(pair, self._process, name)
        started = world.loop.time()
        await world.clock.sleep(world.latency())
        reply, takes_s = self._endpoints.answer(subscription, event_id)
        accepts = isinstance(reply, Answer) and 200 <= reply.status <= 299
        if accepts and takes_s < _FOREVER_S:
            world.witness.accepted(pair, self._process)
        lost = accepts and self._endpoints.moods[subscription] is Mood.RESETTING
        if lost and world.chance(0.2):
            reply = NoAnswer(NoAnswerKind.RESET, "after the request, simulated")
        left_s = post.timeout_s - (world.loop.time() - started)
        takes_s += world.latency()
        if takes_s >= left_s:
            reply = NoAnswer(NoAnswerKind.TIMEOUT, "simulated")
            world.witness.unheard(pair)
        elif isinstance(reply, NoAnswer) and accepts:
            world.witness.unheard(pair)
        await world.clock.sleep(max(0.0, min(takes_s, left_s)))
        del self.under_way[token]
        if accepts and isinstance(reply, Answer):
            world.witness.heard(pair, self._process)
        return reply

    async def close(self) -> None:
        """Nothing is open."""
