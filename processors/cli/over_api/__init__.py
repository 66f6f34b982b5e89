"""Commands over the HTTP API, where ORDERBUS_URL is set: no Kafka is needed.

Each asks `bus.api` and shows the rows it gets with the views that the command has
anyway. Nothing is decided here; what is asked and shown as on Kafka stays with the
command's own modules.
"""
