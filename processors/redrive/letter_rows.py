"""Dead letters and plans over them as plain values: for JSON, lists and pages."""

from collections.abc import Iterable

from bus.event import Event
from bus.times import moment_of
from bus.webhook.document import document
from processors.redrive.letters import Letter
from processors.redrive.replaying import Plan
from processors.redrive.within import LATER, not_all

Row = dict[str, object]


def letter_row(letter: Letter) -> Row:
    """One line of a list."""
    state = letter.state
    return {
        "subscription": letter.subscription,
        "event_id": letter.event_id,
        "order_id": letter.order_id,
        "type": letter.event_type,
        "reason": letter.reason,
        "status": letter.status,
        "attempts": state.attempts if state else None,
        "replay": state.replay if state else None,
        "detail": state.detail if state else letter.problem,
        "at": moment(letter.at_ms),
        "state": letter.fate.value,
        "state_at": moment(letter.marked_at_ms) if letter.marked_at_ms else None,
        "place": f"{letter.record.partition}/{letter.record.offset}",
        "body_at": letter.elsewhere.place if letter.elsewhere else None,
    }


def moment(ms: int) -> str:
    """A time as it is shown, UTC, to the millisecond."""
    return moment_of(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plan_row(owner: str, found: Plan, to: str) -> Row:
    """What would be done, as plain values."""
    return {
        "subscription": owner,
        "pending": found.pending,
        "damaged": found.damaged,
        "to": to,
        "by_type": dict(sorted(found.by_type.items())),
        "by_reason": dict(sorted(found.by_reason.items())),
        "complete": found.complete,
        "note": None if found.complete else not_all(found.within_s, LATER),
    }


def letter_whole(letter: Letter, event: Event | None, attempts: Iterable[Row]) -> Row:
    """All there is to say of a dead letter."""
    state = letter.state
    origin = state.origin if state else None
    return {
        **letter_row(letter),
        "problem": letter.problem or None,
        "body_bytes": letter.elsewhere.size if letter.elsewhere else None,
        "body_why": letter.elsewhere.why if letter.elsewhere else None,
        "tier": state.tier if state else None,
        "origin": f"{origin.topic}/{origin.partition}/{origin.offset}"
        if origin
        else None,
        "headers": [
            {"name": name, "value": value.decode(errors="replace")}
            for name, value in letter.record.headers
        ],
        "event": document(event) if event else None,
        "attempt_log": list(attempts),
    }
