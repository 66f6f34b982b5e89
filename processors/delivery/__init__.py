"""The programs that deliver: fanout, retry and ordered, their shared step and engine.

Read `fanout`, `deliver`, `bus.delivery.routing`, `retry`; nothing of commands or HTTP.
"""
