"""What the reasons of dead letters mean, and what to do before a replay."""

from collections.abc import Mapping
from typing import NamedTuple


class Meaning(NamedTuple):
    """A reason in words."""

    words: str
    todo: str


MEANINGS: Mapping[str, Meaning] = {
    "exhausted": Meaning(
        "Every attempt failed.", "Replay once the endpoint answers again."
    ),
    "refused": Meaning(
        "The endpoint refused it with an answer that no repetition changes.",
        "Let the partner mend their side and replay, or edit what is sent.",
    ),
    "gone": Meaning(
        "The endpoint answered 410 Gone; the subscription was disabled as well.",
        "Resume the subscription, then replay.",
    ),
    "too_old": Meaning(
        "It grew older than the subscription's max_age.", "Replay, if it still counts."
    ),
    "forbidden": Meaning(
        "The URL leads where webhooks may not go.",
        "Change the URL or the allowed networks, then replay.",
    ),
    "unrenderable": Meaning(
        "The subscription's transform fails on the event.",
        "Mend the transform and replay, or edit what is sent.",
    ),
    "undecided": Meaning(
        "The subscription's filter takes too many steps on it to say if it is wanted.",
        "Simplify the filter; a replay asks it again.",
    ),
    "removed": Meaning(
        "The subscription was removed while it waited.",
        "Add the subscription again, then replay.",
    ),
    "unwritable": Meaning(
        "No retry or ordered topic takes it: too large, missing, not allowed.",
        "Mend the topics, then replay.",
    ),
    "bug": Meaning(
        "A bug of the bus kept it from its way; the log has it as `bug`.",
        "Report it and update, then replay.",
    ),
}
"""By reason."""
