"""Telemetry: logs, traces, metrics and health, behind `bus.ports.Observer`.

The only home of structlog, OpenTelemetry and Prometheus; it watches, and never changes
what becomes of an event. Its names are for everybody and cheap to import; what needs
those libraries, a third of a second, is in `observer`.
"""
