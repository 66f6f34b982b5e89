"""The spool: submissions kept on disk while Kafka takes none.

A folder for each source, in it files of frames (`bus.intake.receiving.spooled`), each
written once and deleted when all in it is in Kafka. What was appended is on the disk
(fsync) before anybody is answered.
"""

from bus.adapters.spool.folder import Spool
from bus.adapters.spool.home import open_spool

__all__ = ["Spool", "open_spool"]
