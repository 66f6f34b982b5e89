"""A report that was told is the same report, shown again."""

import pytest

from bus.delivery.presence import Presence
from bus.topics.topic import Cluster
from processors.status.counting import Count
from processors.status.lagging import Backlog, Group
from processors.status.plain import plain_report
from processors.status.question import Unknown
from processors.status.report import (
    HealthSaid,
    Report,
    Subscriber,
    nothing_known,
    troubles,
)
from processors.status.told import UnreadableStatusError, report_of

NOW_MS = 1_764_331_200_500
BUSY = Report(
    at_ms=NOW_MS,
    cluster=Cluster((0, 1), (2,), 1, 4),
    registry="answers",
    processes=[
        Presence(
            host="rack/7",
            pid=12,
            programs=("fanout", "projector"),
            started_ms=NOW_MS - 90_000,
            version="1.2",
            pages="http://h:1",
            not_ready={"kafka": "away"},
            breakers={"acme": "open"},
            log_lag_s=75.4,
            log_trouble="",
            at_ms=NOW_MS - 1_000,
        ),
        Presence(host="b", pid=1, programs=("retry",), started_ms=0, at_ms=0),
    ],
    groups={
        "bus.fanout": Group("bus.fanout", 2, {"oms.order": Backlog(3, NOW_MS - 4_000)}),
        "bus.retry": Unknown("no answer within 5 s"),
    },
    subscriptions=[
        Subscriber(
            id="acme",
            state="active",
            breaker="open",
            pending={"1s": Backlog(), "5s": Backlog(3, NOW_MS - 90_000)},
            dead=Count(7, exact=False),
        ),
        Subscriber(id="dark", state="paused", breaker=None, pending=None, dead=None),
        Subscriber(id="new", state="active", breaker="-", pending={}, dead=Count(0)),
    ],
    quarantine=Count(2),
    health=HealthSaid("degraded", ["lag"]),
)


@pytest.mark.parametrize("report", [BUSY, nothing_known(NOW_MS, "away")])
def test_told_and_shown_again(report: Report) -> None:
    """Word for word, with the same troubles."""
    told = plain_report(report)
    assert plain_report(report_of(told)) == told
    assert troubles(report_of(told)) == troubles(report)


def test_what_is_no_report() -> None:
    """A gateway of another version, say: one sentence, none of its values."""
    with pytest.raises(UnreadableStatusError, match="otherwise than this version"):
        report_of({"at": "yesterday", "secret": "hush"})
