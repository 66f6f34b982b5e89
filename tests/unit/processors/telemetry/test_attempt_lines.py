"""The wide line of an attempt: the same, however it is written."""

import io
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.adapters.memory import MemoryClock
from bus.delivery.delivery import Attempt, Origin
from bus.native.loading import core, told
from processors.telemetry.attempt_lines import AttemptLines
from processors.telemetry.kinds import Level
from processors.telemetry.logs import Lines, Stamp, make_log
from tests.support.reports import ATTEMPT, NOW

TEXTS = st.text() | st.text(st.characters(codec="ascii")) | st.just("whsec_abcdef12")
SMALL = st.integers(-(2**31), 2**31)
MICROS = st.integers(0, 2_000_000_000_000_000)
_TEXTS = (
    *("event_id", "event_type", "order_id", "subscription", "outcome", "detail"),
    "route",
)


def written(
    attempt: Attempt,
    host: str,
    now: float,
    *,
    natively: bool,
    style: Literal["json", "console"] = "json",
    level: Level = "info",
) -> bytes:
    """What stands on standard error."""
    out, clock = io.BytesIO(), MemoryClock(now)
    lines = Lines(out)
    log = make_log(lines, Stamp(clock, "test"), style=style, level="info")
    made = AttemptLines(log, lines, clock, "test", json=style == "json")
    if not natively:
        made._native = None  # noqa: SLF001 - as without the library
    made.write(level, attempt, host)
    return out.getvalue()


@pytest.mark.skipif(core is None, reason=f"nothing to compare: {told}")
@given(
    attempt=st.builds(
        Attempt,
        **dict.fromkeys(_TEXTS, TEXTS),
        **dict.fromkeys(("number", "status", "replay"), SMALL),
        **dict.fromkeys(("started_us", "duration_us"), MICROS),
        origin=st.builds(Origin, TEXTS, SMALL, SMALL, st.integers(0, 2**41)),
        traceparent=st.none() | TEXTS,
    ),
    host=TEXTS,
    now=st.floats(0, 8e9) | st.integers(0, 2**32).map(float),
    level=st.sampled_from(["info", "warning"]),
)
@settings(deadline=None)
def test_the_same_line_natively(
    attempt: Attempt, host: str, now: float, level: Level
) -> None:
    """Byte for byte, secrets taken out, whatever the producer made of its texts."""
    python = written(attempt, host, now, natively=False, level=level)
    assert written(attempt, host, now, natively=True, level=level) == python


@pytest.mark.skipif(core is None, reason=f"not built: {told}")
def test_the_usual_line_is_written_natively(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only odd ones are left to Python."""
    monkeypatch.setattr("processors.telemetry.logs.Log.line", None)
    attempt = ATTEMPT._replace(traceparent=f"00-{'a' * 32}-{'b' * 16}-01", detail="no")
    line = written(attempt, "shop.example", NOW, natively=True)
    assert line.startswith(b'{"time":"2026-')
    assert b'"detail":"no"' in line
    assert line.endswith(b'"trace_id":"' + b"a" * 32 + b'"}\n')


def test_a_terminal_has_its_own_form() -> None:
    """It is the log's to write."""
    line = written(ATTEMPT, "h", NOW, natively=True, style="console")
    assert not line.startswith(b"{")


def test_below_the_level_nothing_is_written() -> None:
    """As with all lines."""
    assert written(ATTEMPT, "h", NOW, natively=True, level="debug") == b""
