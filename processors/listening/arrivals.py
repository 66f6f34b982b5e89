"""What comes by gRPC or from a queue, taken as the listener takes requests."""

from bus.ports import Clock
from bus.receiving import Arrival, Reaction
from processors.listening.answers import Planned
from processors.listening.heard import Heard
from processors.listening.plan import UNSIGNED, Plan
from processors.listening.wanting import challenge_in
from processors.receiver import Behaviour, Mode
from processors.receiver.connection import Request

_OK, _UNAVAILABLE = 200, 503
_TAKEN = Planned("taken", _OK, Behaviour())
_HUNG_UP = {Mode.CLOSE, Mode.RESET}


class Arrivals:
    """Reads, keeps, passes on and tells of what arrives.

    Args:
        answered: Whether who sent it hears what it is answered; of a queue nobody does.
    """

    def __init__(self, clock: Clock, plan: Plan, *, answered: bool) -> None:
        self._clock = clock
        self._plan = plan
        self._answered = answered

    async def take(self, arrival: Arrival) -> Reaction:
        """Take one; what is said of it. See `bus.receiving.Take`."""
        headers = dict(arrival.headers)
        request = Request("POST", arrival.place, headers, arrival.body)
        now_s = self._clock.now()
        heard = self._plan.hear(request, now_s, waited=not self._answered)
        good = heard.verdict is None or heard.verdict.good
        challenge = challenge_in(heard) if good else None
        if challenge is not None:
            self._plan.tell(heard.answered("200 challenge", _OK))
            return Reaction(_OK, challenge.decode())
        if not good:
            planned = UNSIGNED if self._answered else _TAKEN
        else:
            heard, planned = await self._planned(heard)
        self._plan.tell(heard.answered(planned.text, planned.status))
        if planned.behaviour.latency_ms:
            await self._clock.sleep(planned.behaviour.latency_ms / 1000)
        return _reaction(planned)

    async def _planned(self, heard: Heard) -> tuple[Heard, Planned]:
        if self._plan.onward is not None:
            return await self._plan.pass_on(heard, self._plan.onward)
        return heard, self._plan.planned(heard.attempt) if self._answered else _TAKEN


def _reaction(planned: Planned) -> Reaction:
    if planned.behaviour.mode in _HUNG_UP:
        return Reaction(_UNAVAILABLE, "hung up, as it was told to")
    after = planned.behaviour.retry_after
    wait_s = float(after) if after is not None and after.isdecimal() else None
    return Reaction(planned.status, "", wait_s)
