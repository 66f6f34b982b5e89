"""The report of a fault run is whole, however the run ended."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from bus.samples.lifecycles import sample
from tests.faults.foreign import Foreigners
from tests.faults.plan import Fault, Kind
from tests.faults.report import Report
from tests.faults.round import STOPPED, Felt, Round, reason
from tests.faults.stage import PARTNERS, Stage
from tests.faults.stream import Stream
from tests.faults.timing import LATE_S, bound
from tests.support.orders import STARTED

FOREIGNERS = Foreigners("", "oms.foreign", ["steady"], [])
FAULT = Fault(Kind.ROLLING, 1, 1, "fanout", 0, 1)


def played(*felt: Felt, broken_off: str = "") -> Round:
    """A round of one event that nobody got."""
    fleet = SimpleNamespace(slow_stops=0, crashes=[])
    known = {"fleet": fleet, "foreigners": FOREIGNERS, "partners": PARTNERS}
    stage = cast("Stage", SimpleNamespace(**known))
    stream = cast("Stream", SimpleNamespace(failed=0))
    made = Round(stage, stream, {}, 1, print, felt=list(felt), broken_off=broken_off)
    event = sample("order.created", 1, STARTED)
    made.witness.written(event, 1.0)
    made.witness.acknowledged(event.id)
    return made


def test_a_round_that_was_broken_off_is_not_judged() -> None:
    """What it still owed is told, and is no loss; its faults stand in the table."""
    report = Report(1)
    report.add(played(Felt(FAULT, 1.0), broken_off="AssertionError: node 2"))
    text = report.text()
    assert report.lost == 0
    assert "round 1 was broken off, with 3 deliveries still to come" in text
    assert "AssertionError: node 2" in text
    assert f"{Kind.ROLLING}" in text.split("recovery median")[1]
    assert "never cured" in report.lines[0]


def test_a_round_that_ran_to_its_end_is_judged() -> None:
    """What it owes by then is lost."""
    report = Report(1)
    report.add(played(Felt(FAULT, 1.0, 3.0)))
    assert report.lost == 3
    assert "for 2.0 s; recovery 0.0 s" in report.lines[0]


def test_an_empty_report_is_whole() -> None:
    """Ctrl-C before the first round."""
    assert "rounds                 0" in Report(1).text()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyboardInterrupt(), STOPPED),
        (asyncio.CancelledError(), STOPPED),
        (ExceptionGroup("", [OSError("disk\nmore")]), "OSError: disk"),
    ],
)
def test_reason(error: BaseException, words: str) -> None:
    """The first cause, in a line."""
    assert reason(error) == words


def test_late_is_a_ratio_to_what_the_machine_does() -> None:
    """And never less than on the usual one."""
    assert bound([]) == bound([0.1] * 20) == LATE_S
    assert bound([2.0] * 20) == 20.0


def test_what_is_put_aside_is_told_by_kind() -> None:
    """So that what was dropped on purpose is accounted for."""
    book = Foreigners("", "oms.foreign", ["steady"], [])
    book.aside = {book.order("junk"), book.order("junk"), book.order("name")}
    assert "3 (2 junk, 1 name) in quarantine" in book.counts()
    assert " 0 dead letters" in book.counts()
