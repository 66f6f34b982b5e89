"""How the bus is, asked of Kafka alone: for the command, an API, a page.

Every question has a deadline, and one that is not answered says why; nothing here
writes anything.
"""
