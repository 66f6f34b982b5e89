"""A partner to test against: an HTTP server that takes webhooks, or does not.

`python -m processors.receiver --port 0` runs it in a process of its own. It knows no
Kafka, and nothing of the sender but Standard Webhooks.
"""

from processors.receiver.behaviour import Behaviour, Mode
from processors.receiver.log import Received
from processors.receiver.server import Receiver

__all__ = ["Behaviour", "Mode", "Received", "Receiver"]
