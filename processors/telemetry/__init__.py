"""Telemetry: logs, traces, metrics and health, behind `bus.ports.Observer`.

The only home of structlog, OpenTelemetry and Prometheus; it watches, and never changes
what becomes of an event.
"""

from processors.telemetry.observer import Telemetry, TelemetryConfig

__all__ = ["Telemetry", "TelemetryConfig"]
