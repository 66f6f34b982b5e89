"""Answers are what their text says, or refused with what was expected."""

import pytest

from bus.errors import ConfigurationError
from processors.listening.answers import Answers, parse_answers
from processors.receiver import Behaviour, Mode


def test_by_default_200() -> None:
    """Every attempt is accepted."""
    assert [Answers().to(attempt).status for attempt in (1, 2, 99)] == [200, 200, 200]


def test_in_turn() -> None:
    """The last one for ever."""
    answers = parse_answers("500, 429:retry-after=5 ,200")
    assert [answers.to(n).status for n in (1, 2, 3, 4)] == [500, 429, 200, 200]
    assert answers.to(2).behaviour.retry_after == "5"
    assert answers.to(2).text == "429:retry-after=5"


@pytest.mark.parametrize(
    ("text", "status", "behaviour"),
    [
        ("204", 204, Behaviour(status=204)),
        ("HANG", 0, Behaviour(mode=Mode.HANG)),
        ("close", 0, Behaviour(mode=Mode.CLOSE)),
        ("reset", 0, Behaviour(mode=Mode.RESET)),
        ("redirect", 302, Behaviour(mode=Mode.REDIRECT)),
        ("200:delay=2s", 200, Behaviour(latency_ms=2000)),
        ("close:delay=300ms", 0, Behaviour(mode=Mode.CLOSE, latency_ms=300)),
        (
            "503:retry-after=7:delay=1ms",
            503,
            Behaviour(status=503, retry_after="7", latency_ms=1),
        ),
    ],
)
def test_each_kind(text: str, status: int, behaviour: Behaviour) -> None:
    """Statuses, words, and what stands behind them."""
    planned = parse_answers(text).to(1)
    assert (planned.status, planned.behaviour) == (status, behaviour)


@pytest.mark.parametrize(
    "text",
    [
        *("", "200,", "100", "600", "2000", "no", "²00", ",".join(["200"] * 101)),
        *("200:delay=2", "200:delay=²s", "200:retry-after=soon", "200:x=1"),
    ],
)
def test_what_is_no_answer(text: str) -> None:
    """Refused, with all that would be one."""
    with pytest.raises(ConfigurationError, match=r"--answer: .*(expected|at most)"):
        parse_answers(text)
