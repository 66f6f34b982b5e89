"""The log: what happened to every event, in rows that people can ask for.

Here stand its rows, its questions and its arithmetic. Never a database or a reader of
Kafka: those are `bus.adapters.sql` and the projector.
"""
