"""How a receiver tells requests that carry no real event."""

MARK = ("x-orderbus-test", "true")
"""A header of every test, challenge and diagnosis; their bodies have `bus.test`."""
