"""The one place where adapters and programs are put together.

It opens, hands over and closes; it never decides anything about an event.
"""
