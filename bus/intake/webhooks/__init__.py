"""Webhooks that a sender holds: which of them it has to have, and what is missing.

Here lives what decides, and what is asked for. Never here: a connection, a clock.
"""
