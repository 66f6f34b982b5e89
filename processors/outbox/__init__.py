"""The relay: publishes what the OMS has committed to its outbox.

`relay` is the program, `lanes` the orders whose rows are under way, `publishing` the
step from a row to Kafka, `away` the database as far as it can be used. Nothing of SQL:
that is `bus.adapters.outbox`; what a failure means is decided in `bus.outbox`.
"""
