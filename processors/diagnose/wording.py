"""How facts are put into words and numbers. Pure."""

from collections.abc import Sequence

from bus.ports import Answer, NoAnswer, Reply
from bus.times import moment_of
from processors.redrive.rendering import span


def took(seconds: float) -> str:
    """`34 ms`, `1.25 s`."""
    return span(seconds * 1000)


def when(at_s: float) -> str:
    """`2026-11-24T23:24:35.535Z`."""
    text = moment_of(at_s * 1000).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def ms(seconds: float) -> float:
    """Milliseconds, to a tenth."""
    return round(seconds * 1000, 1)


def many(count: int, one: str, more: str = "") -> str:
    """`1 address`, `2 addresses`."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def answered(reply: Reply) -> str:
    """`answered 404`, `gave no answer: cannot connect: connection refused`."""
    match reply:
        case Answer(status=status):
            return f"answered {status}"
        case NoAnswer(detail=detail):
            return f"gave no answer: {detail}"


def reply_evidence(reply: Reply) -> dict[str, object]:
    """A reply as plain values."""
    match reply:
        case Answer(status=status, excerpt=excerpt):
            return {"status": status, "answer": excerpt}
        case NoAnswer(kind=kind, detail=detail):
            return {"no_answer": kind.value, "detail": detail}


def middle(numbers: Sequence[float]) -> float:
    """The median; 0 of none."""
    return sorted(numbers)[len(numbers) // 2] if numbers else 0.0
