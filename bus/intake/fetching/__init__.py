"""Fetching: what a thin message leaves out, asked of its sender's API.

Here lives what decides: where something is to be fetched, by which template and never
by a URL of a payload; how fast its API may be asked; what an answer means; the record
of what is still to be fetched. Never here: a connection, a clock.
"""
