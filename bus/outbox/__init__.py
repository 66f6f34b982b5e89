"""The outbox: events in the OMS's own database, waiting to be published.

Here stand its rows, how an event becomes a row and what a failure means for one. Never
a database: that is `bus.adapters.outbox`; the program is `processors.outbox`.
"""
