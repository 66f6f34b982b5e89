"""What a program says while it drains: what for, at once and again."""

import io
import json

import pytest

from bus.adapters.memory.clock import MemoryClock
from processors.telemetry import (
    convert_names,
    intake_names,
    log_names,
    names,
    outbox_names,
)
from processors.telemetry.observer import Telemetry, TelemetryConfig
from processors.wiring.draining import draining


def lines(out: io.BytesIO) -> list[tuple[str, str | None]]:
    """The events that were noted, and what they say they wait for."""
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    return [(line["event"], line.get("waits_for")) for line in said]


async def test_it_says_what_it_waits_for() -> None:
    """At once, then every two seconds; with nothing under way it is Kafka."""
    out, clock = io.BytesIO(), MemoryClock()
    telemetry = Telemetry(clock, TelemetryConfig(program="all"), out=out)
    attempts = {"erp": 1_200.0, "shop": 1.0}
    requests = {"": 1.0}
    telemetry.metrics.gauge(names.IN_FLIGHT, lambda: attempts)
    telemetry.metrics.gauge(intake_names.IN_FLIGHT, lambda: requests)
    async with draining(telemetry, clock, attached=True):
        await clock.advance(1.9)
        assert lines(out) == [("stopping", "1,201 deliveries, 1 request")]
        del attempts["erp"], requests[""]
        await clock.advance(0.2)
        attempts.clear()
        await clock.advance(2)
    await clock.advance(10)
    assert lines(out)[1:] == [
        ("draining", "1 delivery"),
        ("draining", "Kafka, to leave it in good order"),
    ]


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (names.IN_FLIGHT, "2 deliveries"),
        (names.API_IN_FLIGHT, "2 requests"),
        (intake_names.IN_FLIGHT, "2 requests"),
        (convert_names.IN_FLIGHT, "2 submissions"),
        (outbox_names.IN_FLIGHT, "2 rows of the outbox"),
        (log_names.IN_FLIGHT, "2 rows for the log"),
    ],
)
async def test_each_program_names_what_it_waits_for(metric: str, said: str) -> None:
    """Whatever it has under way has a name of its own."""
    out, clock = io.BytesIO(), MemoryClock()
    telemetry = Telemetry(clock, TelemetryConfig(program="all"), out=out)
    telemetry.metrics.gauge(metric, lambda: {"": 2.0})
    async with draining(telemetry, clock, attached=True):
        assert lines(out) == [("stopping", said)]


@pytest.mark.parametrize(
    ("attached", "told"), [(False, "Ctrl-C again ends it at once.\n"), (True, "")]
)
async def test_a_person_learns_how_to_end_it_at_once(
    attached: bool,  # noqa: FBT001 - a parameter of the test
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a terminal, and once: a process whose parent says so does not."""
    clock = MemoryClock()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    telemetry = Telemetry(clock, TelemetryConfig(program="all"), out=io.BytesIO())
    async with draining(telemetry, clock, attached=attached):
        pass
    assert capsys.readouterr().err.replace("\x1b[0m", "") == told
