"""Telemetry: logs, traces, metrics and health, behind `bus.ports.Observer`."""

from processors.telemetry.observer import Telemetry, TelemetryConfig

__all__ = ["Telemetry", "TelemetryConfig"]
