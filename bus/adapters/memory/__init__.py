"""The world in memory: doubles of the ports that pass the same contract suites.

They know no thread and no real time: a clock that is moved decides what happens.
"""

from bus.adapters.memory.asker import MemoryAsker
from bus.adapters.memory.broker import Fault, MemoryBroker
from bus.adapters.memory.clock import MemoryClock, settle
from bus.adapters.memory.history import MemoryLog
from bus.adapters.memory.observer import MemoryObserver
from bus.adapters.memory.outbox import MemoryOutbox, MemoryTable
from bus.adapters.memory.prober import MemoryProber
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.adapters.memory.sender import MemorySender
from bus.adapters.memory.sink import MemorySink
from bus.adapters.memory.source import MemorySource
from bus.adapters.memory.topics import MemoryGroups, MemoryTopics

__all__ = [
    "Fault",
    "MemoryAsker",
    "MemoryBroker",
    "MemoryClock",
    "MemoryGroups",
    "MemoryLog",
    "MemoryLogReader",
    "MemoryObserver",
    "MemoryOutbox",
    "MemoryProber",
    "MemoryPublisher",
    "MemorySender",
    "MemorySink",
    "MemorySource",
    "MemoryTable",
    "MemoryTopics",
    "settle",
]
