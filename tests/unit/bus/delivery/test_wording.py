"""Codes in words: every code has some, and none of them is a code again."""

import re

import pytest

from bus.delivery.delivery import Reason
from bus.delivery.quarantine import CODES
from bus.delivery.wording import MEANINGS, answered, brief, followed, held

_RAW = re.compile(r"[a-z]+_[a-z]|[a-z]:[a-z0-9]")


@pytest.mark.parametrize("code", [*Reason, *CODES])
def test_every_reason_has_words_of_its_own(code: str) -> None:
    """A new reason that nobody put into words is found here."""
    assert brief(code) != code.replace("_", " ")
    assert not _RAW.search(brief(code))


def test_no_two_reasons_read_alike() -> None:
    """Who reads the words knows which code a filter needs."""
    told = [brief(code) for code in (*Reason, *CODES)]
    assert len(told) == len(set(told))
    assert set(MEANINGS) == {*Reason}


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("done", "done"),
        ("retry:5s", "waits 5s"),
        ("held", "held, the attempt is given back"),
        ("dead_letter:too_old", "dead letter: waited too long"),
        ("dead_letter:of_tomorrow", "dead letter: of tomorrow"),
        ("sideways", "sideways"),
    ],
)
def test_what_follows(route: str, words: str) -> None:
    """What this version does not know is shown as it came."""
    assert followed(route) == words


@pytest.mark.parametrize(
    ("number", "status", "detail", "words"),
    [
        (0, 0, "breaker", "its breaker is open"),
        (0, 0, "no signing secret that lasts", "no signing secret that lasts"),
        (0, 0, "", "not sent"),
        (1, 503, "503 Service Unavailable", "503 Service Unavailable"),
        (1, 200, "", "200"),
        (2, 0, "", "no answer"),
    ],
)
def test_what_was_said(number: int, status: int, detail: str, words: str) -> None:
    """By the endpoint, or why nothing was asked of it."""
    assert answered(number, status, detail) == words
    assert held("crowded") != "crowded"
