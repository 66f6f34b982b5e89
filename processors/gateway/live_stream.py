"""`GET /v1/stream`: events and attempts as they come, as Server-Sent Events.

As the HTML standard has them (section 9.2): a message has an id, which a client that
was cut off sends back as `Last-Event-ID`. A block with an id and no data moves that id
on and is no message; it comes with every heartbeat.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, TypeAlias

import orjson
from pydantic import Field

from bus.access.roles import Principal, Scope
from bus.log.rows import AttemptRow
from processors.gateway.letter_models import Word
from processors.gateway.log_models import Outcome, Types, attempt_shown, event_shown
from processors.gateway.model import Model, Several
from processors.gateway.problems import NOT_ALLOWED, TOO_MANY, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route, Send
from processors.live.listening import Listening
from processors.live.positions import Kind
from processors.live.signals import Beat, Gap, Heard, Reason, Signal
from processors.live.wanted import Wanted

SSE = "text/event-stream"
Heading: TypeAlias = Literal["event", "attempt"]
HEADINGS: Mapping[str, Kind] = {"event": Kind.EVENTS, "attempt": Kind.ATTEMPTS}
"""Kinds by the words that the API has for them."""
_FIRST_MS, _SPREAD_MS = 1_000, 4_000
_SAID = {
    Reason.SLOW: "You read too slowly; connect again with Last-Event-ID, and go on.",
    Reason.KEY: "The key is no longer valid.",
    Reason.BROKEN: "Something is broken here; connect again, and go on.",
    Reason.DRAINING: "This gateway is about to stop; connect again, and go on.",
}


class StreamQuery(Model):
    """What is to be heard; of what is given several times, one has to fit."""

    kind: Annotated[
        Several[Heading],
        Field(
            description="Default: all that the key may hear. A key with a tenant hears"
            " attempts."
        ),
    ] = ()
    type: Types = ()
    order: Several[Word] = ()
    subscription: Annotated[Several[Word], Field(description="Of attempts only.")] = ()
    outcome: Annotated[Several[Outcome], Field(description="Of attempts only.")] = ()


async def stream(asked: Asked) -> Reply:
    """Begin a stream, or go on with one that was cut off."""
    live = asked.api.live
    if live.closing:
        raise ProblemError(
            UNAVAILABLE, _SAID[Reason.DRAINING], headers={"Retry-After": "1"}
        )
    await asked.api.world.table.ready()
    query = asked.query_as(StreamQuery)
    wanted = _wanted(asked, query)
    give_back = asked.api.streams.take(asked.by.key_id, asked.by.tenant)
    listening = Listening(live, wanted, asked.last_id, asked.ending, asked.by.tenant)
    try:
        await listening.__aenter__()
    except BaseException:
        give_back()
        raise
    jitter = int.from_bytes(asked.api.world.random_bytes(2)) % _SPREAD_MS
    return Reply(
        content=_Live(listening, give_back, asked.by, retry_ms=_FIRST_MS + jitter),
        media_type=SSE,
        headers={"X-Accel-Buffering": "no"},
    )


def _wanted(asked: Asked, query: StreamQuery) -> Wanted:
    table, by = asked.api.world.table, asked.by

    def sees(name: str) -> bool:
        found = table.get(name)
        return not by.tenant or (found is not None and by.sees(found.owner))

    return Wanted(
        kinds=_kinds(query, tenant=by.tenant),
        types=frozenset(query.type),
        orders=frozenset(query.order),
        subscriptions=frozenset(query.subscription),
        outcomes=frozenset(query.outcome),
        sees=sees,
    )


def _kinds(query: StreamQuery, *, tenant: str) -> frozenset[Kind]:
    if tenant and "event" in query.kind:
        raise ProblemError(NOT_ALLOWED, "A key with a tenant hears attempts only.")
    if query.kind:
        return frozenset(HEADINGS[kind] for kind in query.kind)
    attempts_only = tenant or query.subscription or query.outcome
    return frozenset({Kind.ATTEMPTS} if attempts_only else Kind)


class _Live:
    """A listening as Server-Sent Events."""

    def __init__(
        self,
        listening: Listening,
        give_back: Callable[[], None],
        by: Principal,
        *,
        retry_ms: int,
    ) -> None:
        self._listening = listening
        self._give_back = give_back
        self._by = by
        self._retry_ms = retry_ms

    async def run(self, send: Send) -> Reason:
        """Send all that comes; say why it ended."""

        async def tell(signal: Signal) -> None:
            await send(encoded(signal, by=self._by))

        # So that a gateway's clients do not all come at once where it was.
        await send(b"retry: %d\n\n" % self._retry_ms)
        return await self._listening.hear(tell)

    def last(self, reason: Reason) -> bytes:
        """What is sent last; nothing to one who has left."""
        if reason not in _SAID:
            return b""
        why = {"reason": reason.value, "detail": _SAID[reason]}
        return _block("end", self._listening.id, orjson.dumps(why))

    def close(self) -> None:
        """It is over, or never began."""
        self._listening.leave()
        self._give_back()


def encoded(signal: Signal, *, by: Principal) -> bytes:
    """A signal as a block of Server-Sent Events."""
    if isinstance(signal, Beat):
        return f": all is well\nid: {signal.id}\n\n".encode()
    kind, place, data = described(signal, by=by)
    return _block(kind, place, orjson.dumps(data))


def described(
    signal: Heard | Gap, *, by: Principal
) -> tuple[str, str, Mapping[str, object]]:
    """A message: its kind, its id, its fields as somebody may read them."""
    match signal:
        case Heard(place, row):
            if isinstance(row, AttemptRow):
                return "attempt", place, attempt_shown(row, by=by).model_dump()
            return "event", place, event_shown(row, by=by).model_dump()
        case Gap(place, at, since, until):
            anew = until < since
            gap = {
                "topic": at.topic,
                "partition": at.partition,
                "since": None if anew else since,
                "until": until,
                "detail": _ANEW if anew else _EXPIRED,
            }
            return "gap", place, gap


_ANEW = "The topic was made anew, or cut; it is heard from its beginning."
_EXPIRED = "Kafka has deleted the records from `since` on, up to before `until`."


def _block(kind: str, place: str, data: bytes) -> bytes:
    return f"event: {kind}\nid: {place}\ndata: ".encode() + data + b"\n\n"


ROUTES = (
    Route(
        method="GET",
        path="/v1/stream",
        operation="stream",
        summary="Hear events and attempts as they come (Server-Sent Events).",
        description="Messages are `event` and `attempt`, as the lists show them; `gap`:"
        " Kafka has deleted what would come next; `end`: it is over, and why. A"
        " stream that was cut off goes on with `Last-Event-ID`, at any gateway. A"
        " heartbeat comes every 15 s.",
        tag="Deliveries",
        scope=Scope.DELIVERIES_READ,
        handler=stream,
        query=StreamQuery,
        media_types=(SSE,),
        problems=(TOO_MANY,),
        streams=True,
    ),
)
