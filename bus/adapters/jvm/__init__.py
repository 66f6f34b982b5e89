"""A real Apache Kafka without Docker and without Java installed.

Talks to: the Maven repository (once), the disk, java processes. It never talks Kafka.
"""

from bus.adapters.jvm.cluster import EmbeddedKafka
from bus.adapters.jvm.node import Node
from bus.adapters.jvm.progress import Progress
from bus.adapters.jvm.properties import SecureListener

__all__ = ["EmbeddedKafka", "Node", "Progress", "SecureListener"]
