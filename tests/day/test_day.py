"""The day: each incident is noticed in time, and nobody is told of anything else."""

from dataclasses import replace
from pathlib import Path

import pytest

from bus.watch import rules
from bus.watch.limits import Limits
from tests.day.day import lived
from tests.day.table import BEGIN, END, table
from tests.day.verdict import Day, again, verdict

pytestmark = pytest.mark.timeout(900)  # it lives a whole day

DOCUMENT = Path(__file__).parents[2] / "docs" / "alerts.md"
FOREVER = 1e9

BROKEN = {
    "lag": Limits(lag_s=FOREVER),
    "still": Limits(still_s=FOREVER),
    "retries": Limits(retries_late_s=FOREVER),
    "log": Limits(log_lag_s=FOREVER),
    "latency": Limits(p95_fewest=10**9),
    "certificate": Limits(certificate_s=0),
    "secret": Limits(secret_s=0),
    "volume": Limits(volume_z=FOREVER),
    "nervous volume": Limits(volume_z=2),
    "many": Limits(many=99),
    "two are many": Limits(many=1, many_share=0),
}
DUMB = (
    "kafka_away",
    "program_missing",
    "partition_stopped",
    "silent",
    "not_ready",
    "quarantine",
    "disabled",
    "broker_missing",
    "process_silent",
)


@pytest.fixture(scope="module")
def day() -> Day:
    """The first day."""
    return lived(1)


def test_every_incident_is_noticed_and_nothing_else(day: Day) -> None:
    """In time, somebody woken where that has to be, and only there."""
    found = verdict(day)
    assert [(told.alert.key, told.alert.why) for told in found.astray] == []
    assert found.missed == []


def test_the_document_has_this_day(day: Day) -> None:
    """docs/alerts.md shows what came of it: `python -m tests.day --write`."""
    text = DOCUMENT.read_text(encoding="utf-8")
    said = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert said == table(verdict(day)).strip()


def test_the_same_facts_give_the_same_alerts(day: Day) -> None:
    """The rules alone, without the program around them, say what the watch told."""
    watch = {(told.alert.key, told.alert.began) for told in day.told}
    alone = {(told.alert.key, told.alert.began) for told in again(day, Limits()).told}
    assert alone == watch


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_limit_is_noticed(day: Day, name: str) -> None:
    """Something is missed then, or told for nothing."""
    found = verdict(again(day, BROKEN[name]))
    assert found.missed or found.astray


@pytest.mark.parametrize("name", DUMB)
def test_a_rule_that_says_nothing_is_noticed(
    day: Day, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something is missed then."""
    dumb = replace(rules.BY_NAME[name], judge=lambda _facts, _limits: ())
    others = [one for one in rules.RULES if one.name != name]
    monkeypatch.setattr(rules, "RULES", (*others, dumb))
    assert verdict(again(day, Limits())).missed


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(2, 22))
def test_other_days(seed: int) -> None:
    """Working days, Saturdays, Sundays; busy and calm ones."""
    found = verdict(lived(seed))
    assert [(told.alert.key, told.alert.why) for told in found.astray] == []
    assert found.missed == []
