"""What is said of the log, by those who write it."""

from dataclasses import replace

from bus.delivery.presence import Presence
from bus.topics.topic import Cluster
from processors.status.counting import Count
from processors.status.report import LogSaid, Report, breaker_of, troubles

NOW_MS = 1_000_000
WORKER = Presence(
    host="a", pid=1, programs=("fanout", "retry", "ordered"), started_ms=0, at_ms=NOW_MS
)
WRITER = replace(WORKER, pid=2, programs=("projector",), log_lag_s=0.8)


def report(*processes: Presence) -> Report:
    """All is well, but for what these say."""
    return Report(
        at_ms=NOW_MS,
        cluster=Cluster((0,)),
        registry="answers",
        processes=processes,
        groups={},
        subscriptions=(),
        quarantine=Count(0),
    )


def test_nobody_has_to_write_a_log() -> None:
    """Without a projector there is nothing to say, and nothing wrong."""
    assert report(WORKER).log is None
    assert troubles(report(WORKER)) == []


def test_the_slowest_part_counts() -> None:
    """Several processes share the partitions; silent ones know nothing any more."""
    slow = replace(WRITER, pid=3, log_lag_s=75.4)
    gone = replace(WRITER, pid=4, log_lag_s=9_999, at_ms=0)
    found = report(WORKER, WRITER, slow)
    assert found.log == LogSaid(75.4, "")
    assert troubles(found) == ["the log is 75 s behind"]
    assert report(WORKER, WRITER, gone).log == LogSaid(0.8, "")


def test_a_database_that_is_away_is_said() -> None:
    """With its reason."""
    stuck = replace(WRITER, log_trouble="connection refused")
    said = troubles(report(WORKER, stuck))
    assert said == ["the log's database takes nothing: connection refused"]


def test_who_writes_the_log_delivers_nothing() -> None:
    """Its process counts neither as one that runs nor among the breakers."""
    assert "no process runs: bus run" in troubles(report(WRITER))
    shut = replace(WORKER, breakers={"erp": "open"})
    assert breaker_of("erp", [shut, WRITER], NOW_MS) == "open"
    assert breaker_of("erp", [WRITER], NOW_MS) == "-"
