"""The adapter to schema registries that speak Confluent's REST interface.

It asks and translates; what may be registered is never decided here.
"""
