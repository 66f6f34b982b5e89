"""What is told of a file that was taken, or was not: beside it, and by the command."""

import json
from collections.abc import Mapping

from bus.times import moment_of, rfc3339
from processors.collecting.taking import Outcome, Refused, Repeat, Taken

DONE, FAILED, OUT = "done", "failed", "out"


def folder_of(outcome: Outcome) -> str:
    """Where a file goes."""
    return FAILED if isinstance(outcome, Refused) else DONE


def verdict(outcome: Outcome) -> dict[str, object]:
    """What came of a file, for programs."""
    match outcome:
        case Taken(id=submission, place=place, redacted=redacted):
            taken_out: Mapping[str, int] = dict(redacted)
            return {
                "outcome": "kept",
                "submission": submission,
                "place": place,
                "taken_out": taken_out,
            }
        case Repeat(of=of):
            return {
                "outcome": "repeat",
                "submission": of.id,
                "place": of.place,
                "first_called": of.name,
                "first_taken_at": rfc3339(moment_of(of.at * 1000)),
            }
        case Refused(why=why):
            return {"outcome": "refused", "why": why}
        case _:
            return {"outcome": "busy", "why": "another process is at it; try again"}


def beside(source: str, name: str, size: int, outcome: Outcome, now_s: float) -> bytes:
    """What is written beside a file that is put away."""
    told = {
        "file": name,
        "source": source,
        "bytes": size,
        "at": rfc3339(moment_of(now_s * 1000)),
        **verdict(outcome),
    }
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"
