"""What the audit's topic says, read from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.audit import Audited, read_audit
from bus.errors import DecodeError
from bus.ports import LogReader
from bus.record import Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are meant; None does not narrow."""

    entity: str | None = None
    entity_id: str | None = None
    actor: str | None = None
    tenant: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def holds(self, audited: Audited) -> bool:
        """Whether this one is meant."""
        change = audited.change
        return (
            self.entity in {None, change.entity}
            and self.entity_id in {None, change.entity_id}
            and self.actor in {None, change.actor}
            and self.tenant in {None, change.tenant}
            and (self.until_ms is None or audited.at.timestamp() * 1e3 < self.until_ms)
        )


async def read_history(
    reader: LogReader, topic: str, wanted: Wanted
) -> Sequence[Audited]:
    """The changes that are meant, the oldest first. What is no record of ours is not.

    Raises:
        TopicError: there is no such topic.
        BrokerUnavailableError: Kafka gives no answer.
    """
    key = None if wanted.entity_id is None else wanted.entity_id.encode()
    found: list[Audited] = []
    async for batch in reader.read(topic, since_ms=wanted.since_ms, key=key):
        found += [a for record in batch if (a := _read(record)) and wanted.holds(a)]
    return sorted(found, key=lambda audited: audited.at)


def _read(record: Record) -> Audited | None:
    try:
        return read_audit(record)
    except DecodeError:
        return None
