"""What two conversions of the same submission differ in, as people read it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bus.contracts.codec import decode, encode
from bus.contracts.framing import FRAME
from bus.intake.channels.definition import Channel
from bus.intake.converting import Converted
from bus.intake.merging.fates import calls_for_parking
from bus.intake.samples import differing, plain, said_of

_MOST_LINES = 40


class How(StrEnum):
    """In what a part differs."""

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    FINDINGS = "findings"


class Slot(NamedTuple):
    """Which part of a submission it is, and which kind of event it becomes."""

    part: int
    event_type: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a part comes to.

    Attributes:
        order_id: The order it is about; empty: nobody can say.
        data: Of its event, without what changes by itself; None: there is none.
        findings: Codes and places of what was found, where there is no event.
    """

    order_id: str
    data: Mapping[str, object] | None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What a part differs in; `lines` say each: the path, what it was, what it is."""

    slot: Slot
    order_id: str
    how: How
    lines: tuple[str, ...] = ()


def parts_said(channel: Channel, parts: Sequence[Converted]) -> dict[Slot, Said]:
    """What the parts of a submission come to; what would be parked has no event."""
    return {Slot(part.part, part.event_type): _said(channel, part) for part in parts}


def _said(channel: Channel, part: Converted) -> Said:
    if part.event is not None and not calls_for_parking(part):
        # As a reader has it: with the defaults of what was not said.
        schema = channel.sections[part.section].schema
        data = decode(schema, encode(schema, 0, part.event.data)[FRAME.size :])
        return Said(part.order_id, said_of(data))
    found = tuple(
        f"{finding.code} at {finding.path}" if finding.path else finding.code
        for finding in part.findings
    )
    return Said(part.order_id, None, found)


def data_said(order_id: str, data: Mapping[str, object]) -> Said:
    """What an event says that was told before."""
    return Said(order_id, said_of(data))


def compare(
    before: Mapping[Slot, Said], after: Mapping[Slot, Said]
) -> Iterator[Difference]:
    """Say of each part what it differs in; of those that are the same, too."""
    for slot in dict.fromkeys((*before, *after)):
        old, new = before.get(slot), after.get(slot)
        yield _difference(slot, old, new)


def _difference(slot: Slot, old: Said | None, new: Said | None) -> Difference:
    order = (new.order_id if new else "") or (old.order_id if old else "")
    was = old.data if old else None
    now = new.data if new else None
    if was is None and now is None:
        found, finds = _why(old), _why(new)
        if found == finds:
            return Difference(slot, order, How.SAME)
        listed = (_listed("was", found), _listed("is", finds))
        return Difference(slot, order, How.FINDINGS, listed)
    if was is None:
        return Difference(slot, order, How.NEW, _why(old))
    if now is None:
        return Difference(slot, order, How.GONE, _why(new))
    lines = tuple(_changed(was, now))
    how = How.CHANGED if lines else How.SAME
    return Difference(slot, order, how, lines)


def _changed(was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """The first forty differences, and how many more there are."""
    wanted, came = json.loads(plain(was)), json.loads(plain(now))
    lines = [f"{path}: {old} → {new}" for path, old, new in differing(wanted, came, "")]
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"and {len(lines) - _MOST_LINES} more"


def _why(said: Said | None) -> tuple[str, ...]:
    return said.findings if said else ()


def _listed(what: str, findings: tuple[str, ...]) -> str:
    return f"{what}: {', '.join(findings) or 'nothing'}"
