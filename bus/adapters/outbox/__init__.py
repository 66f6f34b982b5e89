"""Outbox and inbox: tables in the OMS's own database, in PostgreSQL or SQLite.

What writes in the OMS's transaction uses the OMS's connection (`using`); the relay
and the commands have one of their own (`store`). Not the log's database, and nothing
of its tables. Which rows are published, and when, is decided elsewhere.
"""
