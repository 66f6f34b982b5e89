"""What a receiver makes of each request, and what it remembers of all."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from bus.ports import Clock
from bus.webhook.verdict import judge_signature
from processors.receiver.behaviour import (
    Behaviour,
    Mode,
    fails_by_share,
    from_query,
)
from processors.receiver.connection import Request
from processors.receiver.log import Facts, Latencies, Received, event_time, facts
from processors.receiver.signed import signed_part

OnReceived: TypeAlias = Callable[[Received], None] | None
_MOST_URLS = 20_000
_UNSIGNED, _WRONG_TYPE = 401, 415
# What a mode answers; 0 is nothing that could be called an answer.
_STATUSES = {
    Mode.HANG: 0,
    Mode.RESET: 0,
    Mode.CLOSE: 0,
    Mode.LARGE: 200,
    Mode.REDIRECT: 302,
}


class Place(NamedTuple):
    """A path, how it behaves, and since when (monotonic seconds)."""

    path: str
    behaviour: Behaviour
    since: float


class Judge:
    """Decides each request's status and keeps count.

    Args:
        clock: Where times come from.
        default: What a path does that nothing was said about.
        remember: Whether every request is kept; without, memory stays constant.
        measure: Whether the time since the body's `timestamp` is counted.
        on_received: Told of every request that is remembered.
    """

    def __init__(
        self,
        clock: Clock,
        default: Behaviour,
        *,
        remember: bool,
        measure: bool,
        on_received: OnReceived = None,
    ) -> None:
        self.received: list[Received] = []
        self._clock = clock
        self._default = default
        self._remember = remember
        self._measure = measure
        self._on_received = on_received
        self._told: dict[str, Place] = {}
        self._by_url: dict[str, Place] = {}
        self._by_path: Counter[str] = Counter()
        self._by_status: Counter[int] = Counter()
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._latencies = Latencies()

    def behave(self, path: str, behaviour: Behaviour) -> None:
        """Let a path behave like this from now on."""
        self._told[path] = Place(path, behaviour, self._clock.monotonic())
        self._by_url.clear()

    def forget(self) -> None:
        """Begin again with nothing received; behaviours stay."""
        self.received.clear()
        for counter in (self._by_path, self._by_status, self._attempts):
            counter.clear()
        self._latencies = Latencies()

    def counts(self) -> dict[str, object]:
        """How many requests, by status and by path; latencies if measured."""
        return {
            "requests": self._by_status.total(),
            "by_status": {str(k): v for k, v in sorted(self._by_status.items())},
            "by_path": dict(self._by_path),
            "latency_ms": self._latencies.summary(),
        }

    def place(self, url: str) -> Place:
        """Where a request goes. Raises `BadBehaviourError` for its query."""
        known = self._by_url.get(url)
        if known is None:
            path, _, query = url.partition("?")
            known = self._told.get(path)
            if known is None:
                behaviour = from_query(query) if query else self._default
                known = Place(path, behaviour, self._clock.monotonic())
            if len(self._by_url) >= _MOST_URLS:
                self._by_url.pop(next(iter(self._by_url)))
            self._by_url[url] = known
        return known

    def judge(self, place: Place, request: Request) -> int:
        """Decide a request's status (0: no answer) and remember it."""
        path, behaviour, _ = place
        self._by_path[path] += 1
        if self._measure and (time := event_time(request.body)) is not None:
            self._latencies.add((self._clock.now() - time) * 1e6)
        if behaviour.plain and not self._remember:
            self._by_status[behaviour.status] += 1
            return behaviour.status
        known = facts(request.body, request.header(b"content-type"))
        webhook_id = request.header(b"webhook-id")
        attempt = self._attempts[path, webhook_id] + 1
        if self._remember or behaviour.fail_first:
            self._attempts[path, webhook_id] = attempt
        signed = self._signed(behaviour, request)
        status = self._status(place, request, known, attempt, signed=signed)
        self._by_status[status] += 1
        if self._remember:
            self._keep(path, request, known, attempt, status, signed=signed)
        return status

    def _status(
        self,
        place: Place,
        request: Request,
        known: Facts,
        attempt: int,
        *,
        signed: bool | None,
    ) -> int:
        behaviour = place.behaviour
        if signed is False:
            return _UNSIGNED
        wanted = behaviour.only_type
        if wanted and not request.header(b"content-type").startswith(wanted):
            return _WRONG_TYPE
        if self._fails(place, known, attempt):
            return behaviour.fail_status
        return _STATUSES.get(behaviour.mode, behaviour.status)

    def _fails(self, place: Place, known: Facts, attempt: int) -> bool:
        path, behaviour, since = place
        return (
            attempt <= behaviour.fail_first
            or fails_by_share(self._by_path[path], behaviour.fail_share)
            or known.order_id in behaviour.fail_orders
            or self._clock.monotonic() < since + behaviour.fail_for_s
        )

    def _signed(self, behaviour: Behaviour, request: Request) -> bool | None:
        if behaviour.secret is None:
            return None
        signed = signed_part(request)
        return judge_signature(signed, [behaviour.secret], self._clock.now()).good

    def _keep(
        self,
        path: str,
        request: Request,
        known: Facts,
        attempt: int,
        status: int,
        *,
        signed: bool | None,
    ) -> None:
        received = Received(
            path=path,
            webhook_id=request.header(b"webhook-id"),
            order_id=known.order_id,
            type=known.type,
            sequence=known.sequence,
            attempt=attempt,
            status=status,
            signed=signed,
            content_type=request.header(b"content-type"),
            traceparent=request.header(b"traceparent"),
            size=len(request.body),
            at_ns=int(self._clock.now() * 1e9),
            monotonic_ns=int(self._clock.monotonic() * 1e9),
        )
        self.received.append(received)
        if self._on_received is not None:
            self._on_received(received)
