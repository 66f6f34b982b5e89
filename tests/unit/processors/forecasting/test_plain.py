"""Forecasts in words and as plain values."""

import pytest

from bus.watch.forecasts.bottleneck import Enough, Knob, Limit, Outlook
from bus.watch.forecasts.drain import CannotSay, Never, OnTime, Verdict, Within
from bus.watch.forecasts.record import Record
from processors.forecasting.foreseeing import Foreseen
from processors.forecasting.plain import (
    plain_forecast,
    said,
    said_of_limit,
    said_of_record,
)
from processors.forecasting.queues import Waiting


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (OnTime(), "on time"),
        (Within(20, 30, 45), "in 20 to 45 s"),
        (Within(240, 300, 420), "in 4 to 7 min"),
        (Within(100, 300, 5_300), "in 1.7 to 88 min"),
        (Within(3_600, 7_200, 12_600), "in 1 to 3.5 h"),
        (Within(7_200, 7_200, 7_200), "in 2 h"),
        (Never("3/s come, 2/s go"), "not at this rate: 3/s come, 2/s go"),
        (CannotSay("it is paused"), "cannot say: it is paused"),
    ],
)
def test_a_verdict_in_words(verdict: Verdict, words: str) -> None:
    """Both ends in one unit, no more exact than anybody could know."""
    assert said(verdict) == words


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Enough(0.714), "enough for a day: 71 % of it at most"),
        (
            Limit(7_200, 9_000, 14_400, Knob.WORKERS),
            "at its limit in 2 to 4 h; what helps: workers",
        ),
        (
            Limit(7_200, None, None, Knob.RATE),
            "perhaps at its limit in 2 to 24 h; what helps: rate",
        ),
        (CannotSay("why"), "cannot say: why"),
    ],
)
def test_a_limit_in_words(limit: Outlook, words: str) -> None:
    """With what helps, and where the latest is not within the day, the day."""
    assert said_of_limit(limit) == words


def test_a_record_in_words() -> None:
    """Without any it claims nothing."""
    assert said_of_record(Record()) == "none yet"
    assert said_of_record(Record(120, 95)) == "right 79 % of 120"


def test_all_of_it_for_programs() -> None:
    """One shape whatever the verdict is: what there is not is null."""
    queue = Waiting(name="oms.order", topics={"oms.order": 0.0})
    limit = Limit(600.0, None, None, Knob.PARTITIONS)
    one = Foreseen(
        queue=queue, waiting=9, overdue=7, verdict=Within(1, 2.04, 3), limit=limit
    )
    plain = plain_forecast(one)
    assert (plain["verdict"], plain["mid_s"], plain["why"]) == ("within", 2.0, "")
    assert plain["limit"] == {
        "verdict": "reached",
        "why": "",
        "low_s": 600.0,
        "mid_s": None,
        "high_s": None,
        "most": None,
        "knob": Knob.PARTITIONS,
        "said": said_of_limit(limit),
    }
    keys = [
        plain_forecast(Foreseen(queue=queue, waiting=0, overdue=0, verdict=v)).keys()
        for v in (OnTime(), Never("x"), CannotSay("y"))
    ]
    assert keys == [plain.keys()] * 3
