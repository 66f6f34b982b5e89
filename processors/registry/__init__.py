"""The schema registry that comes with the bus, kept in a topic of Kafka.

The HTTP and the log of it; the rules it admits schemas by are in `bus.registry`.
"""
