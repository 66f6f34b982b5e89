"""Kinds of things whose changes are written down."""

from enum import StrEnum


class Entity(StrEnum):
    """Kinds of things that are changed."""

    SUBSCRIPTION = "subscription"
    SOURCE = "source"
    KEY = "key"
    LETTERS = "letters"
    QUARANTINE = "quarantine"
    EVENTS = "events"
    ACK = "ack"
    SILENCE = "silence"
    RULE = "rule"
    LOOKUP = "lookup"
    SCHEMA = "schema"
    PARKED = "parked"
    MIGRATION = "migration"
