"""The names of what a process tells of itself, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_gauge = OURS.gauge

LOOP_DELAY = _gauge(
    "orderbus_loop_delay_seconds", (), "Longest delay of the event loop lately."
)
NATIVE = _gauge(
    "orderbus_native", (), "1: the hot path runs in Rust; 0: it is Python alone."
)
