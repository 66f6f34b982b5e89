"""What deliveries say in codes, in words: the same on pages and by the command.

Codes stay what scripts, filters and the API have; nobody has to know them to read.
What a newer version says and this one does not know is shown as it came.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bus.delivery.delivery import Reason


class Meaning(NamedTuple):
    """Why a delivery was given up: briefly, in a sentence, and what to do then."""

    brief: str
    words: str
    todo: str


MEANINGS: Mapping[str, Meaning] = {
    Reason.EXHAUSTED: Meaning(
        "every attempt failed",
        "Every attempt failed.",
        "Replay once the endpoint answers again.",
    ),
    Reason.REFUSED: Meaning(
        "refused by the endpoint",
        "The endpoint refused it with an answer that no repetition changes.",
        "Let the partner mend their side and replay, or edit what is sent.",
    ),
    Reason.GONE: Meaning(
        "endpoint gone",
        "The endpoint answered 410 Gone; the subscription was disabled as well.",
        "Resume the subscription, then replay.",
    ),
    Reason.TOO_OLD: Meaning(
        "waited too long",
        "It grew older than the subscription's max_age.",
        "Replay, if it still counts.",
    ),
    Reason.FORBIDDEN: Meaning(
        "address not allowed",
        "The URL leads where webhooks may not go.",
        "Change the URL or the allowed networks, then replay.",
    ),
    Reason.UNRENDERABLE: Meaning(
        "transform failed",
        "The subscription's transform fails on the event.",
        "Mend the transform and replay, or edit what is sent.",
    ),
    Reason.UNDECIDED: Meaning(
        "filter takes too many steps",
        "The subscription's filter takes too many steps on it to say if it is wanted.",
        "Simplify the filter; a replay asks it again.",
    ),
    Reason.REMOVED: Meaning(
        "subscription removed",
        "The subscription was removed while it waited.",
        "Add the subscription again, then replay.",
    ),
    Reason.UNWRITABLE: Meaning(
        "no retry topic takes it",
        "No retry or ordered topic takes it: too large, missing, not allowed.",
        "Mend the topics, then replay.",
    ),
    Reason.BUG: Meaning(
        "a bug of the bus",
        "A bug of the bus kept it from its way; the log has it as `bug`.",
        "Report it and update, then replay.",
    ),
}
"""By reason of a dead letter."""

_ASIDE: Mapping[str, str] = {
    "expired": "deleted before it was kept",
    "unreadable_batch": "corrupt batch",
    "not_of_its_type": "JSON does not match its type's schema",
    "not_read_json": "JSON cannot be read as an event",
    "no_value": "empty record",
    "damaged_hop": "damaged in a retry topic",
    "unknown_schema": "schema id not registered",
    "unusable_schema": "schema is none of an event's",
    "registry_refused": "registry gave out no schema",
    "unreadable_headers": "headers cannot be read",
    "not_framed": "no schema id in front",
    "not_of_its_schema": "value does not match its schema",
    "no_event_type": "nothing says its type",
    "no_order": "nothing says its order",
    "bad_attribute": "malformed attribute",
    "too_large": "larger than allowed",
    "other": "cannot be read",
}
_HELD: Mapping[str, str] = {
    "busy": "its concurrency or rate is used up",
    "crowded": "the process is full",
    "breaker": "its breaker is open",
    "fuse": "too many were refused in a row",
    "expressions": "its owner's expressions took too many steps",
    "unproven": "its endpoint has yet to say that it wants events",
    "paused": "it is paused",
    "disabled": "it is disabled",
    "removing": "it is being removed",
    "failed": "the endpoint still fails",
    "unreachable": "the endpoint still cannot be reached",
    "throttled": "the endpoint asked to slow down",
    "refused": "the endpoint refused the probe",
}


def brief(code: str) -> str:
    """Why a delivery was given up, or a record put aside, in a few words."""
    known = MEANINGS.get(code)
    return known.brief if known else _ASIDE.get(code, code.replace("_", " "))


def held(why: str) -> str:
    """Why a delivery was not sent, though it was its turn."""
    return _HELD.get(why, why)


def followed(route: str) -> str:
    """What follows an attempt, or a hop without one."""
    kind, _, name = route.partition(":")
    match kind:
        case "retry":
            return f"waits {name}"
        case "dead_letter":
            return f"dead letter: {brief(name)}"
        case "held":
            return "held, the attempt is given back"
        case _:
            return route


def answered(number: int | None, status: int | None, detail: str) -> str:
    """What an endpoint said; of what was not sent to it, `number` is 0, why."""
    if not number:
        return held(detail) if detail else "not sent"
    return detail or str(status or "no answer")
