"""The world in memory: doubles of the ports that pass the same contract suites."""

from bus.memory.broker import Fault, MemoryBroker
from bus.memory.clock import MemoryClock, settle
from bus.memory.observer import MemoryObserver
from bus.memory.publisher import MemoryPublisher
from bus.memory.reader import MemoryLogReader
from bus.memory.sender import MemorySender
from bus.memory.source import MemorySource
from bus.memory.topics import MemoryGroups, MemoryTopics

__all__ = [
    "Fault",
    "MemoryBroker",
    "MemoryClock",
    "MemoryGroups",
    "MemoryLogReader",
    "MemoryObserver",
    "MemoryPublisher",
    "MemorySender",
    "MemorySource",
    "MemoryTopics",
    "settle",
]
