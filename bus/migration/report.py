"""A comparison as plain values: what a report says, and what its pages are made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, TypeAlias

from bus.migration.comparison import (
    Case,
    Class,
    Comparison,
    Group,
    Noise,
    Period,
    Tally,
)
from bus.migration.differing import Difference
from bus.migration.figures import ENOUGH, Spread
from bus.migration.naming import Kind
from bus.migration.noise import proposed
from bus.migration.sent import Sent
from bus.times import at_us, rfc3339

Plain: TypeAlias = dict[str, object]
FORMAT: Final = 1
WORST: Final = 10
_EXCERPT: Final = 4_000
_HALF: Final = 0.5
"""From here on nothing is proven, however few pairs were asked for."""
_GRAVITY: Final = (Class.UNPAIRED, Class.DIFFERENT)
_RARE: Final = frozenset({Kind.SIGNATURE, Kind.STALE, Kind.ORDER, Kind.DROPPED_TYPE})
"""What breaks a partner at once, however seldom it is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a report says beside the comparison.

    Attributes:
        old, new: What was compared, in words: the files, the topic.
        terms: The text of the terms; its hash stands in the report.
        headers: Those that are shown beside the bodies.
        enough: So many pairs of a type without a difference prove it.
    """

    old: str
    new: str
    made_at: datetime
    terms: str
    headers: Sequence[str] = ()
    enough: int = ENOUGH


def report(found: Comparison, setting: Setting) -> Plain:
    """All of a comparison; `hash` is that of the rest, by which it can be signed."""
    groups = ranked(found)
    document: Plain = {
        "format": FORMAT,
        "made_at": rfc3339(setting.made_at),
        "verdict": verdict(found),
        "old": _side(setting.old, found.old),
        "new": _side(setting.new, found.new),
        "paired": {
            "pairs": found.paired.count,
            "first": _moment(found.paired.first_ms),
            "last": _moment(found.paired.last_ms),
        },
        "terms": sha256(setting.terms.encode()).hexdigest(),
        "types": [_type(*one, setting.enough) for one in sorted(found.types.items())],
        "orders_with_several_events": found.orders,
        "differences": [_group(one) for one in groups],
        "worst": [_worst(one, setting.headers) for one in groups[:WORST]],
        "noise": [_noise(one) for one in found.noise],
        "not_compared": list(found.left_out),
        "unread": found.unread_count,
        "unread_lines": [asdict(one) for one in found.unread],
        "migration": None,
    }
    return document | {"hash": hash_of(document)}


def with_migration(document: Plain, migration: Mapping[str, object]) -> Plain:
    """A report with the migration that it was attached to; its hash is of both."""
    both = document | {"migration": dict(migration)}
    return both | {"hash": hash_of(both)}


def hash_of(document: Mapping[str, object]) -> str:
    """The SHA-256 of a report without its hash."""
    rest = {name: value for name, value in document.items() if name != "hash"}
    text = json.dumps(
        rest,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=float,  # of a number as the gateway reads it, a Decimal
    )
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def verdict(found: Comparison) -> str:
    """In a sentence."""
    pairs = sum(one.pairs for one in found.types.values())
    if not pairs and not found.groups:
        return "nothing was compared"
    unpaired = sum(one.counts[Class.UNPAIRED] for one in found.types.values())
    different = sum(one.counts[Class.DIFFERENT] for one in found.types.values())
    late = sum(key[1] is Kind.LATENCY for key in found.groups)
    told = [f"{pairs:,} pairs", f"{different:,} different", f"{unpaired:,} unpaired"]
    if late:
        told.append(f"{late} types too late")
    if found.unread_count:
        told.append(f"{found.unread_count:,} lines not read")
    return f"{'no difference' if found.clean else 'they differ'}: {', '.join(told)}"


def ranked(found: Comparison) -> list[Group]:
    """The groups, worst first."""
    return sorted(
        found.groups.values(),
        key=lambda one: (
            one.kind not in _RARE,
            _GRAVITY.index(one.share),
            -one.count,
            one.type,
            one.at,
        ),
    )


def _side(name: str, period: Period) -> Plain:
    return {
        "recording": name,
        "requests": period.count,
        "first": _moment(period.first_ms),
        "last": _moment(period.last_ms),
    }


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(at_us(ms * 1000))


def _type(name: str, tally: Tally, enough: int) -> Plain:
    told = {str(one): tally.counts[one] for one in Class}
    spreads = {
        str(side): None if one is None else _spread(one)
        for side, one in tally.latency.items()
    }
    return {
        "type": name,
        "pairs": tally.pairs,
        **told,
        "rules": dict(sorted(tally.rules.items())),
        "bound": tally.bound,
        "says": _says(tally, enough),
        "latency": spreads,
    }


def _says(tally: Tally, enough: int) -> str:
    if not tally.clean:
        return "it differs"
    if not tally.pairs:
        return "not proven: no pairs"
    if tally.pairs < enough:
        return f"not proven: {tally.pairs:,} pairs of {enough:,}"
    share = tally.bound or 0
    return f"{'proven' if share < _HALF else 'alike'}: below {share:.2%} at 95 %"


def _spread(one: Spread) -> Plain:
    return {"count": one.count, "p50": one.p50, "p95": one.p95, "p99": one.p99}


def _group(one: Group) -> Plain:
    return {
        "type": one.type,
        "kind": str(one.kind),
        "class": str(one.share),
        "at": one.at,
        "count": one.count,
        "examples": [_example(*x) for x in one.examples],
    }


def _example(case: Case, shown: Difference) -> Plain:
    return {
        "order": case.order,
        "at": shown.at,
        "old": shown.old,
        "new": shown.new,
        "old_place": case.old.place if case.old else None,
        "new_place": case.new.place if case.new else None,
    }


def _worst(group: Group, headers: Sequence[str]) -> Plain:
    case = group.examples[0].case
    return {
        "type": case.type,
        "order": case.order,
        "kind": str(group.kind),
        "class": str(group.share),
        "differences": [asdict(x) | {"kind": str(x.kind)} for x in case.differences],
        "old": _request(case.old, headers),
        "new": _request(case.new, headers),
    }


def _request(sent: Sent | None, headers: Sequence[str]) -> Plain | None:
    if sent is None:
        return None
    shown = {name.lower(): sent.headers.get(name.lower()) for name in headers}
    return {
        "place": sent.place,
        "at": _moment(sent.at_ms),
        "id": sent.id,
        "version": sent.version,
        "outcome": sent.outcome,
        "headers": {name: text for name, text in shown.items() if text is not None},
        "body": sent.body[: _EXCERPT * 4].decode(errors="replace")[:_EXCERPT],
    }


def _noise(one: Noise) -> Plain:
    return asdict(one) | {"rule": proposed(one).model_dump(mode="json")}
