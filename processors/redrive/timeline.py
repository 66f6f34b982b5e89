"""What befell an event, put together from what was read of it. Pure.

`timeline(...)` sorts facts into one track a subscription; `as_json` and
`processors.redrive.rendering` show it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import NamedTuple

from bus.delivery.delivery import Attempt, Origin
from bus.delivery.marks import Fate
from bus.event import Event
from bus.record import Record
from bus.times import moment_of, rfc3339
from processors.redrive.acking import Acked
from processors.redrive.letters import Letter


class Step(NamedTuple):
    """One thing that happened.

    `kind` is attempt, held (a hop without a call), dead_letter, acked or a letter's
    fate: replayed, discarded, replacing, replaced. `outcome` is the attempt's, or the
    dead letter's reason. `route` is what followed an attempt, as in the attempt log.
    `at_ms` is when it began.
    """

    at_ms: float
    kind: str
    outcome: str = ""
    number: int = 0
    replay: int = 0
    status: int = 0
    detail: str = ""
    took_ms: float = 0.0
    route: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """What befell an event on its way to one subscription.

    `state` is accepted, acked, dead_letter, a letter's fate, waiting or unseen.
    `accepted_after_ms` counts from the source record's time.
    """

    subscription: str
    state: str
    attempts: int
    steps: Sequence[Step]
    accepted_after_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """An event's life. `place` is topic/partition/offset of its source record.

    `own_id` is the one its producer gave it, empty where that is the webhook-id or
    not known. `produced_ms` is that record's time; where the record is not known any
    more, both are of the first thing that is.
    """

    event_id: str
    event_type: str
    order_id: str
    source: str
    place: str
    produced_ms: float
    tracks: Sequence[Track]
    own_id: str = ""


def timeline(
    attempts: Sequence[Attempt],
    letters: Sequence[Letter],
    *,
    event: Event | None = None,
    record: Record | None = None,
    wanted_by: Collection[str] = (),
    acks: Sequence[Acked] = (),
) -> Timeline | None:
    """Put an event's life together; None if nothing is known of it.

    All attempts, dead letters and acks are of the same event. `record` is its source
    record, `wanted_by` names subscriptions that match it, attempted or not.
    """
    names = [a.subscription for a in attempts] + [x.subscription for x in letters]
    names = sorted({*names, *wanted_by, *(ack.subscription for ack in acks)})
    steps = {
        name: _steps(
            [a for a in attempts if a.subscription == name],
            [letter for letter in letters if letter.subscription == name],
            [ack for ack in acks if ack.subscription == name],
        )
        for name in names
    }
    facts = _Facts.of(attempts, letters, event)
    if facts is None:
        return None
    first_ms = min((s.at_ms for s in chain(*steps.values())), default=0.0)
    produced_ms = float(record.timestamp_ms) if record else first_ms
    tracks = [_track(name, steps[name], produced_ms) for name in names]
    return Timeline(
        facts.event_id,
        facts.event_type,
        facts.order_id,
        event.source if event else "",
        facts.place if record is None else _place(record),
        produced_ms,
        tracks,
        event.id if event and event.id != event.webhook_id else "",
    )


def _place(at: Record | Origin) -> str:
    return f"{at.topic}/{at.partition}/{at.offset}"


class _Facts(NamedTuple):
    event_id: str
    event_type: str
    order_id: str
    place: str

    @classmethod
    def of(
        cls,
        attempts: Sequence[Attempt],
        letters: Sequence[Letter],
        event: Event | None,
    ) -> "_Facts | None":
        place = ""
        if attempts:
            place = _place(attempts[0].origin)
        if event is not None:
            return cls(event.webhook_id, event.type, event.subject, place)
        if attempts:
            a = attempts[0]
            return cls(a.event_id, a.event_type, a.order_id, place)
        if letters:
            x = letters[0]
            return cls(x.event_id, x.event_type, x.order_id, place)
        return None


def _steps(
    attempts: Sequence[Attempt], letters: Sequence[Letter], acks: Sequence[Acked]
) -> Sequence[Step]:
    tries = [_attempt(attempt) for attempt in attempts]
    others = chain.from_iterable(_of_letter(letter, tries) for letter in letters)
    said = [Step(ack.at_ms, _ACKED) for ack in acks]
    return sorted([*tries, *others, *said], key=lambda step: step.at_ms)


def _of_letter(letter: Letter, tries: Sequence[Step]) -> Iterator[Step]:
    """A dead letter after the attempt that made it, a replay before what it caused.

    A mark may be written after the replayed delivery has arrived.
    """
    replay, detail = 0, letter.problem
    if letter.state is not None:
        replay, detail = letter.state.replay, letter.state.detail
    final = [s.at_ms for s in tries if s.replay == replay and _is_final(s)]
    # A letter's time is cut to the millisecond.
    at_ms = max([letter.at_ms, *(ms for ms in final if ms < letter.at_ms + 1)])
    yield Step(at_ms, "dead_letter", letter.reason, replay=replay, detail=detail)
    if letter.fate is not Fate.PENDING:
        caused = [s.at_ms for s in tries if s.replay > replay and s.at_ms > at_ms]
        first_ms = min(caused, default=inf) - _TICK_MS
        yield Step(min(letter.marked_at_ms, first_ms), letter.fate.value)


_TICK_MS = 0.001
_ACKED = "acked"


def _is_final(step: Step) -> bool:
    return step.route.startswith("dead_letter")


def _attempt(attempt: Attempt) -> Step:
    return Step(
        attempt.started_us / 1000,
        "attempt" if attempt.number else "held",
        attempt.outcome,
        attempt.number,
        attempt.replay,
        attempt.status,
        attempt.detail,
        attempt.duration_us / 1000,
        attempt.route,
    )


_ENDS = frozenset(fate.value for fate in Fate if fate is not Fate.PENDING) | {
    "dead_letter",
    _ACKED,
}


def _track(name: str, steps: Sequence[Step], produced_ms: float) -> Track:
    tries = sum(step.kind == "attempt" for step in steps)
    accepted = [s.at_ms + s.took_ms for s in steps if s.outcome == "accepted"]
    after_ms = accepted[0] - produced_ms if accepted else None
    if not steps:
        return Track(name, "unseen", 0, steps)
    # A word about what is accepted already changes nothing.
    told = [s for s in steps if s.kind != _ACKED] if accepted else steps
    return Track(name, _state(told[-1]), tries, steps, after_ms)


def _state(last: Step) -> str:
    if last.outcome == "accepted":
        return "accepted"
    if _is_final(last):
        return "dead_letter"
    return last.kind if last.kind in _ENDS else "waiting"


def as_json(life: Timeline) -> dict[str, object]:
    """The timeline as plain values; moments are RFC 3339, spans milliseconds."""
    return {
        "event_id": life.event_id,
        "own_id": life.own_id or life.event_id,
        "type": life.event_type,
        "order_id": life.order_id,
        "source": life.source,
        "place": life.place,
        "produced_at": rfc3339(moment_of(life.produced_ms)),
        "subscriptions": [
            {
                "id": track.subscription,
                "state": track.state,
                "attempts": track.attempts,
                "accepted_after_ms": _to_us(track.accepted_after_ms),
                "steps": [_step_as_json(step) for step in track.steps],
            }
            for track in life.tracks
        ],
    }


def _step_as_json(step: Step) -> dict[str, object]:
    told = step._asdict()
    del told["at_ms"]
    at = rfc3339(moment_of(step.at_ms))
    return {"at": at, **told, "took_ms": _to_us(step.took_ms)}


def _to_us(ms: float | None) -> float | None:
    """Milliseconds without the digits that are a float's and nobody's clock's."""
    return None if ms is None else round(ms, 3)
