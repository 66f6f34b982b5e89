"""Groups of parked items: what has one cause, split further where somebody said so."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from bus.intake.parked.fingerprint import Cause
from bus.intake.parked.machine import Life
from bus.intake.parked.ranking import Pace, Risk, Stake, risk_of

_DIGITS = 6
HOURS = 24
_MOST_NAMED = 5
_NEW_S = 86_400.0
GROUP = r"f1-[0-9a-f]{12}(\.[0-9a-f]{6})?"
"""The pattern of a group's id: a fingerprint, and a part of it where it was split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is kept in memory of an item: all but its payload and findings.

    `records` are where its records stand in the topic, partition and offset, the first
    one first; `payload_at` where the one with its payload of today does.
    """

    id: str
    source: str
    channel: str
    owner: str
    account: str
    event_type: str
    order_id: str
    native_id: str
    number: str
    cause: Cause
    fingerprint: str
    value_seen: str
    stake: Stake
    amount: str
    life: Life
    records: tuple[tuple[int, int], ...]
    payload_at: tuple[int, int]
    test: bool = False


FIELDS: Mapping[str, Callable[[Row], str]] = {
    "source": lambda row: row.source,
    "account": lambda row: row.account,
    "event_type": lambda row: row.event_type,
    "value": lambda row: row.value_seen,
    "currency": lambda row: row.stake.currency,
    "tier": lambda row: row.stake.tier,
}
"""What a group can be split by: a name, and what it is of an item."""


def group_of(row: Row, splits: Mapping[str, str]) -> str:
    """The id of the group that an item is in."""
    by = splits.get(row.fingerprint, "")
    if by not in FIELDS:
        return row.fingerprint
    text = FIELDS[by](row)
    digest = sha256(f"{by}={text}".encode(errors="replace")).hexdigest()
    return f"{row.fingerprint}.{digest[:_DIGITS]}"


def fingerprint_in(group: str) -> str:
    """The fingerprint that a group's id begins with."""
    return group.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a group besides the items that wait.

    Attributes:
        first: When the first of its items came.
        hours: How many came by hour since 1970, of the last days.
        fixed: When somebody fixed it, and no item since showed otherwise.
        fixed_by: Who.
        ended: How many items were released, rejected or expired.
    """

    first: datetime | None = None
    hours: Mapping[int, int] = field(default_factory=dict)
    fixed: datetime | None = None
    fixed_by: str = ""
    ended: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items with one cause, as people see them.

    Attributes:
        id: Its fingerprint, and which part of it.
        cause: What they have in common.
        part: Of a split group, what of: `account: ACME`; empty: it is whole.
        count: How many wait, put off ones included.
        asleep: How many of these are put off.
        risk: What they put at risk, with its terms.
        accounts, sources: Of whom, the most first; some, and how many in all.
        assignees: Who looks after some of them.
        trend: How many came in each of the last hours, this one last.
        rising: More came in this hour and the last than in the hours before it.
        first, newest: When the first and the last came.
        fixed: When it was fixed; with items since, it is a regression.
        regression: It was fixed, and came back.
        new: Its first item came within a day.
    """

    id: str
    cause: Cause
    part: str
    count: int
    asleep: int
    risk: Risk
    accounts: Sequence[str]
    accounts_in_all: int
    sources: Sequence[str]
    assignees: Sequence[str]
    trend: Sequence[int]
    rising: bool
    first: datetime
    newest: datetime
    ship_by: datetime | None
    fixed: datetime | None
    fixed_by: str
    regression: bool
    new: bool
    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What groups are judged by, besides their items."""

    pace: Pace
    weights: Mapping[str, float]
    now: datetime
    splits: Mapping[str, str] = field(default_factory=dict)


def groups_of(
    rows: Iterable[Row], past: Mapping[str, Past], terms: Terms
) -> Sequence[Group]:
    """The groups of items that wait, what is worth most time first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.life.open:
            found.setdefault(group_of(row, terms.splits), []).append(row)
    made = [
        _group(name, members, past.get(fingerprint_in(name), Past()), terms)
        for name, members in found.items()
    ]
    return sorted(
        made, key=lambda one: (-one.risk.score, -one.risk.value, one.first, one.id)
    )


def _group(name: str, rows: Sequence[Row], past: Past, terms: Terms) -> Group:
    now, by = terms.now, terms.splits.get(fingerprint_in(name), "")
    accounts = Counter(row.account for row in rows if row.account)
    sources = Counter(row.source for row in rows)
    trend = _trend(rows, past, now, whole="." not in name)
    first = min(row.life.since for row in rows)
    newest = max(row.life.since for row in rows)
    dues = [row.stake.ship_by for row in rows if row.stake.ship_by]
    ahead = [due for due in dues if due > now]
    return Group(
        id=name,
        cause=rows[0].cause,
        part=f"{by}: {FIELDS[by](rows[0]) or '(none)'}" if "." in name else "",
        count=len(rows),
        asleep=sum(row.life.asleep(now) for row in rows),
        risk=risk_of([row.stake for row in rows], terms.pace, terms.weights, now),
        accounts=[word for word, _ in accounts.most_common(_MOST_NAMED)],
        accounts_in_all=len(accounts),
        sources=[word for word, _ in sources.most_common(_MOST_NAMED)],
        assignees=sorted({row.life.assignee for row in rows if row.life.assignee}),
        trend=trend,
        rising=_rises(trend),
        first=first,
        newest=newest,
        ship_by=min(ahead or dues, default=None),
        fixed=past.fixed,
        fixed_by=past.fixed_by,
        regression=past.fixed is not None and newest > past.fixed,
        new=(now - (past.first or first)) < timedelta(seconds=_NEW_S),
        ended=past.ended,
    )


def hour_of(moment: datetime) -> int:
    """The hour since 1970 that a moment is in."""
    return int(moment.timestamp() // 3_600)


def _trend(
    rows: Sequence[Row], past: Past, now: datetime, *, whole: bool
) -> Sequence[int]:
    """What came by hour; of a part of a group what still waits of it."""
    counts = past.hours if whole else Counter(hour_of(row.life.since) for row in rows)
    last = hour_of(now)
    return [counts.get(hour, 0) for hour in range(last - HOURS + 1, last + 1)]


def _rises(trend: Sequence[int]) -> bool:
    """Whether the last two hours saw more than twice what two others did on average."""
    lately, before = sum(trend[-2:]), trend[:-2]
    usual = 2 * sum(before) / len(before) if before else 0.0
    return lately > max(2 * usual, 1)
