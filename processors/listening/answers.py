"""What a listener answers, as people write it: `500,429:retry-after=5,200`.

Answers are given in turn to the attempts of one webhook id, the last one for ever.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bus.errors import ConfigurationError
from processors.receiver import Behaviour, Mode

_STATUS = re.compile(r"[2-5][0-9]{2}")
_SECONDS = re.compile(r"[0-9]{1,6}")
_DELAY = re.compile(r"([0-9]{1,6})(ms|s)")
_WORDS = {
    "hang": Mode.HANG,
    "close": Mode.CLOSE,
    "reset": Mode.RESET,
    "redirect": Mode.REDIRECT,
}
_MOST = 100
EXPECTED = (
    "expected 200 to 599, hang, close, reset or redirect, with :retry-after=SECONDS or"
    " :delay=300ms behind it if you like, and commas between several"
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One answer: what it does, and how it is called."""

    text: str
    status: int
    behaviour: Behaviour


_ACCEPTED = Planned("200", 200, Behaviour())


class Answers:
    """What each attempt is answered."""

    def __init__(self, planned: Sequence[Planned] = (_ACCEPTED,)) -> None:
        self._planned = tuple(planned)

    def to(self, attempt: int) -> Planned:
        """The answer to an attempt, counted from 1."""
        return self._planned[min(attempt, len(self._planned)) - 1]


def parse_answers(text: str) -> Answers:
    """Read them.

    Raises:
        ConfigurationError: naming the one that is none, and what was expected.
    """
    items = [item.strip().lower() for item in text.split(",")]
    if len(items) > _MOST:
        raise ConfigurationError(f"--answer: {len(items)} of them; at most {_MOST}")
    return Answers([_planned(item) for item in items])


def answer_of(status: int, retry_after: str | None = None) -> Planned:
    """The plain answer with a status."""
    text = f"{status}" if retry_after is None else f"{status} retry-after"
    return Planned(text, status, Behaviour(status=status, retry_after=retry_after))


def _planned(item: str) -> Planned:
    what, *options = item.split(":")
    fields: dict[str, object] = {}
    for option in options:
        name, _, value = option.partition("=")
        fields.update(_option(item, name.strip(), value.strip()))
    if what in _WORDS:
        mode = _WORDS[what]
        status = 302 if mode is Mode.REDIRECT else 0
        return Planned(item, status, Behaviour.model_validate({**fields, "mode": mode}))
    if not _STATUS.fullmatch(what):
        raise _unknown(item)
    status = int(what)
    return Planned(item, status, Behaviour.model_validate({**fields, "status": status}))


def _option(item: str, name: str, value: str) -> dict[str, object]:
    if name == "retry-after" and _SECONDS.fullmatch(value):
        return {"retry_after": value}
    found = _DELAY.fullmatch(value)
    if name == "delay" and found:
        return {"latency_ms": int(found[1]) * (1000 if found[2] == "s" else 1)}
    raise _unknown(item)


def _unknown(item: str) -> ConfigurationError:
    return ConfigurationError(f"--answer: {item!r} is no answer; {EXPECTED}")
