"""One request, as a listener understood it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from bus.webhook.verdict import Verdict

CREDENTIALS = frozenset(
    {b"authorization", b"cookie", b"proxy-authorization", b"x-api-key", b"x-auth-token"}
)
"""Headers whose values are kept and passed on, but never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What came of passing a request on: an answer's status, or why there was none."""

    url: str
    status: int | None
    why: str
    took_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request and what came of it. Everything in it is from outside.

    Attributes:
        at_s: When it had come, epoch seconds.
        attempt: Of its webhook id at its path, from 1.
        after_s: Since the attempt before; None for the first.
        verdict: None where there is no secret to verify with.
        age_ms: Since its event happened, as its body says; None if it does not.
        changes: In what it differs from the attempt before.
        answer: What it was answered, as `--answer` calls it.
        status: The answer's; None if there was none.
        kept: The file it stands in.
    """

    at_s: float
    method: str
    target: str
    headers: Mapping[bytes, bytes]
    body: bytes
    id: str
    type: str
    order_id: str
    sequence: int | None
    attempt: int
    after_s: float | None
    verdict: Verdict | None
    age_ms: float | None
    changes: tuple[str, ...]
    answer: str = ""
    status: int | None = None
    kept: str | None = None
    passed: Passed | None = None

    @property
    def is_test(self) -> bool:
        """Whether it says that nothing has happened: a test, or a question."""
        return self.headers.get(b"x-orderbus-test") == b"true"

    def answered(self, text: str, status: int) -> Self:
        """The same with its answer; status 0 is none."""
        return replace(self, answer=text, status=status or None)
