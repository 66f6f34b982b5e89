"""What a source is asked for by itself: lists that an API gives, queues of messages.

Here lives what decides: how a list is declared, from where it is read on, when a page
is the last one. Never here: a connection, a clock; `processors.pulling` has them.
"""
