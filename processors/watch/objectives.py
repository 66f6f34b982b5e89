"""Objectives and how they went, as plain values, for every face: out of the log."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bus.delivery.subscription import Subscription
from bus.log.causes import MEANINGS, Cause, Party
from bus.log.ledger import DAY_MINUTES, Counted, Hour, LedgerLog, Spans
from bus.times import moment_of, rfc3339
from bus.watch.facts import Objective, aimed_at
from bus.watch.objectives.downtime import (
    DayTime,
    Incident,
    begins,
    by_cause,
    by_day,
    incidents,
    lasts,
)
from bus.watch.objectives.ledger import (
    LATELY_DAYS,
    PERIOD_DAYS,
    Exhausted,
    Ledger,
    Part,
    Span,
    ledger,
    share_left,
)
from bus.watch.wording import span

Row = dict[str, object]
UPTIME_DAYS = 90
_MOST_INCIDENTS = 100
_NOTHING = Spans()


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, at which time (epoch seconds), and what all aim at."""

    log: LedgerLog
    of_all: Objective
    now: float

    @property
    def today(self) -> int:
        """When the day began, in minutes since the epoch."""
        return int(self.now) // 60 // DAY_MINUTES * DAY_MINUTES

    def since(self, days: int) -> int:
        """When the first of so many days began; today is one of them."""
        return self.today - (days - 1) * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Stand:
    """How one stands: what was counted, what is late by now and has not ended."""

    spans: Spans
    overdue: Mapping[Cause, int]


async def stands_of(
    asking: Asking, subscriptions: Sequence[Subscription]
) -> Mapping[str, Stand]:
    """How each stands, by id.

    Raises:
        LogUnavailableError: the log gives no answer.
    """
    names = [one.id for one in subscriptions]
    begin, lately = asking.since(PERIOD_DAYS), asking.since(LATELY_DAYS)
    spans, overdue = await asyncio.gather(
        asking.log.spans(names, begin, lately),
        asking.log.overdue(names, int(asking.now * 1e6)),
    )
    return {
        name: Stand(spans.get(name, _NOTHING), overdue.get(name, {})) for name in names
    }


async def objective_rows(
    asking: Asking,
    subscriptions: Sequence[Subscription],
    stands: Mapping[str, Stand] | None = None,
) -> list[Row]:
    """The ledger of each, by id; `stands`, if they were asked for already.

    Raises:
        LogUnavailableError: the log gives no answer.
    """
    ledgers = await _ledgers(asking, subscriptions, stands)
    ranked = sorted(subscriptions, key=lambda one: one.id)
    return [_row(one.id, ledgers[one.id]) for one in ranked]


def budgets_left(
    asking: Asking,
    subscriptions: Sequence[Subscription],
    stands: Mapping[str, Stand],
) -> Mapping[str, float | None]:
    """Which share of its budget each has left; None: nothing was promised."""
    return {
        one.id: share_left(
            aimed_at(one.objective, asking.of_all),
            stands[one.id].spans.whole,
            stands[one.id].overdue,
        )
        for one in subscriptions
    }


async def objective_row(asking: Asking, one: Subscription) -> Row:
    """The ledger of one, with causes, incidents and the last 90 days.

    Raises:
        LogUnavailableError: the log gives no answer.
    """
    made = (await _ledgers(asking, [one]))[one.id]
    since = asking.since(UPTIME_DAYS)
    days, hours = await asyncio.gather(
        asking.log.days(one.id, since), asking.log.hours(one.id, since)
    )
    found = incidents(hours)
    times = by_day(hours, found)
    shown = [_incident(one, hours, asking.now) for one in found[::-1]]
    begun = begins(hours, one.created_at)
    return {
        **_row(one.id, made),
        "causes": [_part(part, made) for part in made.parts],
        "uptime": _uptime(days, times, asking, begun),
        "down_minutes": sum(time.down for time in times.values()),
        "downtime": _downtime(found),
        "incidents": shown[:_MOST_INCIDENTS],
        "days": list(_days(made.objective, days, times, asking)),
    }


async def _ledgers(
    asking: Asking,
    subscriptions: Sequence[Subscription],
    stands: Mapping[str, Stand] | None = None,
) -> Mapping[str, Ledger]:
    names = [one.id for one in subscriptions]
    if stands is None:
        stands = await stands_of(asking, subscriptions)
    took = await asking.log.latencies(names, asking.since(PERIOD_DAYS))
    return {
        one.id: _ledger(asking, one, stands[one.id], took.get(one.id, ()))
        for one in subscriptions
    }


def _ledger(
    asking: Asking, one: Subscription, stand: Stand, latencies: Sequence[int]
) -> Ledger:
    whole, lately = stand.spans
    seconds = max(asking.now - asking.since(LATELY_DAYS) * 60, 1.0)
    return ledger(
        aimed_at(one.objective, asking.of_all),
        whole._replace(latencies=latencies or whole.latencies),
        Span(lately, seconds),
        stand.overdue,
    )


def _row(name: str, made: Ledger) -> Row:
    parts = made.parts
    p95_ms = None if made.p95_us is None else round(made.p95_us / 1e3, 3)
    return {
        "subscription": name,
        "success": made.objective.success,
        "p95_s": made.objective.p95_s,
        "promised": made.promised,
        "kept": made.kept,
        "late": sum(part.late for part in parts),
        "dead": sum(part.dead for part in parts),
        "waiting": sum(part.waiting for part in parts),
        "excused": made.excused,
        "recovered": made.recovered,
        "attained": made.attained,
        "p95_ms": p95_ms,
        "allowed": round(made.allowed, 3),
        "left": round(made.left, 3),
        "receiver": made.of(Party.RECEIVER),
        "sender": made.of(Party.SENDER),
        "exhausted": _exhausted(made.exhausted),
    }


def _exhausted(one: Exhausted) -> Row:
    return {
        "verdict": one.verdict,
        "in_s": None if one.in_s is None else round(one.in_s),
        "why": one.why,
        "said": _said(one),
    }


def _said(one: Exhausted) -> str:
    match one.verdict:
        case "gone":
            return "used up"
        case "within":
            return f"in {span(one.in_s or 0)}"
        case "never":
            return "not at this rate"
        case "cannot_say":
            return f"cannot say: {one.why}"
        case _:
            assert_never(one.verdict)


def _part(part: Part, made: Ledger) -> Row:
    return {
        **_cause(part.cause),
        "late": part.late,
        "dead": part.dead,
        "waiting": part.waiting,
        "share": part.all / made.bad,
    }


def _cause(cause: Cause) -> Row:
    return {
        "cause": cause.word,
        "party": cause.party.value,
        "means": MEANINGS.get(cause, ""),
    }


def _downtime(found: Sequence[Incident]) -> list[Row]:
    spent = sorted(by_cause(found).items(), key=lambda item: (-item[1], item[0]))
    return [{**_cause(cause), "minutes": minutes} for cause, minutes in spent]


def _incident(one: Incident, hours: Sequence[Hour], now: float) -> Row:
    goes_on = lasts(one, hours, int(now) // 60)
    return {
        **_cause(one.cause),
        "began": _moment(one.start),
        "ended": None if goes_on else _moment(one.end),
        "minutes": one.end - one.start,
        "deliveries": one.deliveries,
    }


def _uptime(
    days: Iterable[int], times: Mapping[int, DayTime], asking: Asking, begun: int
) -> float | None:
    """The share of minutes that were not down, of days of which anything is known.

    The first day begins when the endpoint was added.
    """
    known = {*days, *times}
    minutes = sum(_length(day, asking, begun) for day in known)
    down = sum(time.down for time in times.values())
    return max(0.0, 1 - down / minutes) if minutes else None


def _length(day: int, asking: Asking, begun: int) -> int:
    """Minutes of a day, from `begun` up to now."""
    end = min(DAY_MINUTES, int(asking.now) // 60 + 1 - day)
    return max(1, end - max(0, begun - day))


def _days(
    objective: Objective,
    days: Mapping[int, Counted],
    times: Mapping[int, DayTime],
    asking: Asking,
) -> Iterator[Row]:
    """Every day, oldest first."""
    for day in range(asking.since(UPTIME_DAYS), asking.today + 1, DAY_MINUTES):
        counted, time = days.get(day, Counted()), times.get(day, DayTime())
        made = ledger(objective, counted, Span(Counted(), 1), {})
        yield {
            "day": _moment(day)[:10],
            "level": _level(made, time),
            "promised": made.promised,
            "kept": made.kept,
            "attained": made.attained,
            "down_minutes": time.down,
            "partly_minutes": time.partly,
        }


def _level(made: Ledger, time: DayTime) -> str:
    if made.attained is None:
        return "missed" if time.down else "none"
    if made.attained < made.objective.success:
        return "missed"
    return "met" if made.bad or time.down else "kept"


def _moment(minute: int) -> str:
    return rfc3339(moment_of(minute * 60_000))
