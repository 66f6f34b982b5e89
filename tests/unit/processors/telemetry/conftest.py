"""A telemetry that writes to memory, and things to report."""

import io

import pytest

from bus.delivery.delivery import Attempt
from bus.event import Event
from processors.telemetry.observer import Telemetry, TelemetryConfig
from tests.support.reports import ATTEMPT, EVENT, MakeAttempt, StillClock


@pytest.fixture
def clock() -> StillClock:
    """A clock that stands still."""
    return StillClock()


@pytest.fixture
def out() -> io.BytesIO:
    """Where lines go."""
    return io.BytesIO()


@pytest.fixture
def telemetry(clock: StillClock, out: io.BytesIO) -> Telemetry:
    """Telemetry as a container has it: JSON at info, nothing traced."""
    return Telemetry(clock, TelemetryConfig(program="fanout"), out=out)


@pytest.fixture
def make_attempt() -> MakeAttempt:
    """An accepted first attempt, but for the fields given."""

    def make(**fields: object) -> Attempt:
        return ATTEMPT._replace(**fields)  # type: ignore[arg-type]

    return make


@pytest.fixture
def event() -> Event:
    """An event without a trace of its own."""
    return EVENT
