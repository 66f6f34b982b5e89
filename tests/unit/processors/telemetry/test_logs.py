"""Log lines: their shape, their levels, and that no secret gets out."""

import asyncio
import io
import logging
import threading

import orjson
import pytest

from bus.delivery.breaker import Cause
from bus.ports import Change, PartitionChange
from bus.record import Record, TopicPartition
from processors.telemetry.logs import Lines, redact
from processors.telemetry.observer import Telemetry, TelemetryConfig
from tests.support.reports import MakeAttempt, StillClock


def _lines(out: io.BytesIO) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in out.getvalue().splitlines()]


def test_an_attempt_is_one_wide_line(
    telemetry: Telemetry, out: io.BytesIO, make_attempt: MakeAttempt
) -> None:
    """One attempt writes one line with all that is known about it."""
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    telemetry.attempt(make_attempt(traceparent=trace), "erp.example")
    assert _lines(out) == [
        {
            "time": "2026-05-28T20:26:40.250000Z",
            "level": "info",
            "program": "fanout",
            "event": "attempt",
            "subscription": "shop",
            "event_id": "e-1",
            "type": "order.created",
            "order_id": "O-1",
            "attempt": 1,
            "outcome": "accepted",
            "status": 200,
            "route": "done",
            "host": "erp.example",
            "duration_ms": 20.0,
            "age_ms": 120.0,
            "topic": "oms.order",
            "partition": 3,
            "offset": 42,
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
        }
    ]


def test_a_dead_letter_is_a_warning(
    telemetry: Telemetry, out: io.BytesIO, make_attempt: MakeAttempt
) -> None:
    """The attempt that ends as a dead letter stands out, with its detail."""
    failed = make_attempt(
        outcome="failed", route="dead_letter:exhausted", detail="503 no", replay=2
    )
    telemetry.attempt(failed, "erp.example")
    (line,) = _lines(out)
    assert (line["level"], line["detail"], line["replay"]) == ("warning", "503 no", 2)


def test_level_is_a_floor(
    clock: StillClock, out: io.BytesIO, make_attempt: MakeAttempt
) -> None:
    """Lines below the chosen level are not written."""
    config = TelemetryConfig(program="fanout", log_level="warning")
    telemetry = Telemetry(clock, config, out=out)
    telemetry.attempt(make_attempt(), "erp.example")
    telemetry.note("commit_failed", why="timed out")
    assert [line["event"] for line in _lines(out)] == ["commit_failed"]


def test_transitions(telemetry: Telemetry, out: io.BytesIO) -> None:
    """A breaker that opens is a warning, one that closes is not."""
    telemetry.transition("shop", Change.BREAKER_OPENED, "5 failures in a row")
    telemetry.transition("shop", Change.BREAKER_CLOSED)
    opened, closed = _lines(out)
    assert (opened["level"], opened["why"]) == ("warning", "5 failures in a row")
    assert (closed["level"], closed["change"]) == ("info", "breaker_closed")


def test_quarantine_shows_no_content(telemetry: Telemetry, out: io.BytesIO) -> None:
    """A record nobody can decode is named by its place, never by its bytes."""
    telemetry.quarantined(Record("oms.order", 1, 7, 0, b"key", b"value"), "not Avro")
    (line,) = _lines(out)
    assert (line["topic"], line["offset"], line["why"]) == ("oms.order", 7, "not Avro")
    assert b"value" not in out.getvalue()


def test_many_partitions_stay_one_short_line(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """An assignment of thousands of topics names a few and counts all."""
    many = [TopicPartition(f"bus.retry.s{i}.1s", 0) for i in range(3000)]
    telemetry.partitions("bus.retry", PartitionChange.ASSIGNED, many)
    (line,) = _lines(out)
    assert line["count"] == 3000
    assert len(out.getvalue()) < 500


def test_unknown_note_is_still_written(telemetry: Telemetry, out: io.BytesIO) -> None:
    """A name nobody declared is no reason to lose the line: it is an error."""
    telemetry.note("surprise", why="?")
    assert _lines(out)[0]["level"] == "error"


def test_a_field_cannot_hide_the_level(telemetry: Telemetry, out: io.BytesIO) -> None:
    """A note's own field never replaces one that every line has."""
    telemetry.note("kafka", level=7, event="x")
    (line,) = _lines(out)
    assert (line["level"], line["event"]) == ("warning", "kafka")
    assert (line["level_"], line["event_"]) == (7, "x")


def test_exception_is_told(telemetry: Telemetry, out: io.BytesIO) -> None:
    """`exc_info` becomes the traceback."""
    telemetry.note("bug", exc_info=ValueError("odd"))
    assert "ValueError: odd" in str(_lines(out)[0]["exception"])


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (b'{"why":"bad whsec_MfKQ9r8GKYqrTwjU"}', b"MfKQ9r8GKYqrTwjU"),
        (b'{"why":"whsk_AAAA+/== refused"}', b"AAAA"),
        (b'{"Authorization":"Basic dXNlcjpwYXNz"}', b"dXNlcjpwYXNz"),
        (b'{"why":"Authorization: Bearer abcdefghij.k"}', b"abcdefghij"),
        (b'{"sasl.password":"hunter2hunter2"}', b"hunter2"),
        (b'{"why":"{\\"password\\": \\"hunter2\\"}"}', b"hunter2"),
    ],
)
def test_secrets_are_redacted(line: bytes, secret: bytes) -> None:
    """What looks like a secret does not leave, and the line stays JSON."""
    shown = redact(line)
    assert secret not in shown
    assert b"[redacted]" in shown
    orjson.loads(shown)


def test_plain_lines_are_untouched() -> None:
    """A line without a secret is the very same object."""
    line = b'{"event":"attempt","detail":"basic auth missing"}'
    assert redact(line) == line


@pytest.mark.parametrize("style", ["json", "console"])
def test_both_styles_redact(style: str, clock: StillClock, out: io.BytesIO) -> None:
    """Neither JSON nor the terminal shows a secret, in any field."""
    config = TelemetryConfig(program="fanout", log_format=style)  # type: ignore[arg-type]
    telemetry = Telemetry(clock, config, out=out)
    telemetry.note("registry_unavailable", why="sent Bearer c2VjcmV0LXRva2Vu")
    assert b"c2VjcmV0LXRva2Vu" not in out.getvalue()


def test_console_is_for_people(clock: StillClock, out: io.BytesIO) -> None:
    """The terminal's line has time, name and fields, and leaves out empty ones."""
    config = TelemetryConfig(program="fanout", log_format="console")
    Telemetry(clock, config, out=out).transition("shop", Change.BREAKER_CLOSED)
    text = out.getvalue().decode()
    assert "change=breaker_closed" in text
    assert "why=" not in text


def test_console_shows_values_not_python(clock: StillClock, out: io.BytesIO) -> None:
    """An enum's member is its text; a time has no digits that nobody measured."""
    config = TelemetryConfig(program="fanout", log_format="console")
    telemetry = Telemetry(clock, config, out=out)
    telemetry.transition("shop", Change.BREAKER_OPENED, Cause.PROBE_FAILED)
    telemetry.note("library", took_ms=54.595947265625)
    text = out.getvalue().decode()
    assert "why='a probe failed'" in text
    assert "took_ms=54.596" in text


def test_an_attempt_takes_two_lines_of_a_terminal(
    clock: StillClock, out: io.BytesIO, make_attempt: MakeAttempt
) -> None:
    """Where it stands in Kafka, and what `bus trace` tells, is for machines."""
    config = TelemetryConfig(program="fanout", log_format="console")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    attempt = make_attempt(traceparent=trace)
    Telemetry(clock, config, out=out).attempt(attempt, "erp.example")
    line = out.getvalue().decode().rstrip()
    assert len(line) <= 160
    for shown in ("subscription=shop", "order_id=O-1", "outcome=accepted", "age_ms="):
        assert shown in line


async def test_lines_are_buffered_and_never_lost(
    telemetry: Telemetry, out: io.BytesIO, make_attempt: MakeAttempt
) -> None:
    """On the loop lines wait to be written together; a stop writes them all."""
    await telemetry.start()
    for _ in range(3):
        telemetry.attempt(make_attempt(), "erp.example")
    assert out.getvalue() == b""
    await telemetry.stop()
    assert len(_lines(out)) == 3


async def test_urgent_line_brings_the_others(
    telemetry: Telemetry, out: io.BytesIO, make_attempt: MakeAttempt
) -> None:
    """A warning is written at once, after the lines before it."""
    await telemetry.start()
    telemetry.attempt(make_attempt(), "erp.example")
    telemetry.note("commit_failed", why="timed out")
    assert [line["event"] for line in _lines(out)] == ["attempt", "commit_failed"]
    await telemetry.stop()


async def test_buffer_is_bounded(out: io.BytesIO) -> None:
    """Beyond 64 KiB the buffer is written without waiting for its time."""
    lines = Lines(out)
    lines.buffer()
    lines.write(b"x" * 65_536)
    assert out.getvalue()
    lines.unbuffer()


def test_reader_that_is_gone_stops_nobody(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """When nobody reads the log any more, the bus goes on."""
    out.close()
    telemetry.note("ready")


async def test_library_lines_join_ours(telemetry: Telemetry, out: io.BytesIO) -> None:
    """Warnings of libraries, from any thread, come out as lines of ours."""
    await telemetry.start()
    log = logging.getLogger("some.library")
    other = threading.Thread(target=lambda: log.error("from a thread"))
    other.start()
    await asyncio.to_thread(other.join)
    log.warning("from the loop")
    await telemetry.stop()
    said = {(line["level"], line["message"]) for line in _lines(out)}
    assert said == {("error", "from a thread"), ("warning", "from the loop")}
