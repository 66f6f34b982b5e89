"""A real Apache Kafka without Docker and without Java installed.

Talks to: the Maven repository (once), the disk, java processes.
"""

from bus.jvm.cluster import EmbeddedKafka
from bus.jvm.node import Node
from bus.jvm.progress import Progress
from bus.jvm.properties import SecureListener

__all__ = ["EmbeddedKafka", "Node", "Progress", "SecureListener"]
