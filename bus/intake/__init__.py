"""Intake: what a channel is, and how what it sends becomes our events.

Here lives everything that decides: parsers to one kind of tree, the mapping language,
definitions of channels and what is wrong with them, signatures, findings. Never here:
files, sockets, Kafka, a clock; bytes, time and secrets come in as arguments.
"""
