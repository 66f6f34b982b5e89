"""Sending to partners' AMQP 1.0 brokers (Azure Service Bus, Artemis, Qpid): kind amqp1.

A sender of our own, as the standard has it, on asyncio: `codec` and `frames` are the
bytes and do no I/O, `wire` and `line` talk. One table says what each condition means.
"""
