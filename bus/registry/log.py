"""What the registry's log says: schemas, their ids, compatibility levels and modes.

The log is the one partition of the compacted topic `_schemas`; its records are those
of Confluent's registry, so either can take over from the other. Several instances may
write at once; each works out the same state from the order of the log alone:

- A record of ours names the last record its writer knew for the same key (header
  `bus-after`). If another came first it does not count, and its writer tries again.
- A record does not count either if it gives an id to a second schema, a second id to
  a schema, or an id as new (header `bus-new-id`) that was in use before.
- Compaction keeps the last record of a key, counted or not. A key whose last record
  says something else than the state is `disputed` until it is written once more.
"""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from bus.record import Message, Record
from bus.registry.records import (
    FLOOR,
    Content,
    Key,
    Kind,
    Value,
    Version,
    decode_key,
    decode_value,
    encode_key,
    encode_value,
)

AFTER = "bus-after"
NEW_ID = "bus-new-id"
_NONE_BEFORE = b"-1"
TOKEN = "bus-token"  # noqa: S105 - names a header, is no secret


class SchemaLog:
    """The registry as the log tells it so far."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._values: dict[Key, Value] = {}
        self._subjects: dict[str, dict[int, Version]] = {}
        self._holders: dict[int, set[Key]] = {}
        self._ids: dict[Content, set[int]] = {}
        self._contents: dict[UUID, Content] = {}
        self._last: dict[Key, int] = {}
        self._highest_id = 0
        self.disputed: set[Key] = set()
        self.next_offset = 0

    # --- reading

    @property
    def next_id(self) -> int:
        """The id that the next new schema gets; never one that was ever in use."""
        return self._highest_id + 1

    def value(self, key: Key) -> Value:
        """What the log says about a key, None if nothing."""
        return self._values.get(key)

    def versions(self, subject: str) -> tuple[Version, ...]:
        """All versions of a subject, deleted ones too, oldest first."""
        held = self._subjects.get(subject, {})
        return tuple(held[number] for number in sorted(held))

    def subjects(self) -> Iterator[tuple[str, tuple[Version, ...]]]:
        """All subjects, by name, with their versions."""
        for subject in sorted(self._subjects):
            yield subject, self.versions(subject)

    def with_id(self, schema_id: int) -> tuple[Version, ...]:
        """The versions that hold this id, by subject and version."""
        held = (self._values[key] for key in self._holders.get(schema_id, ()))
        return tuple(sorted(cast("Iterator[Version]", held)))

    def id_of(self, content: Content) -> int | None:
        """The id of this content, None if it has none."""
        return min(self._ids.get(content, ()), default=None)

    def id_of_guid(self, guid: UUID) -> int | None:
        """The id of the content with this GUID, None if there is none."""
        content = self._contents.get(guid)
        return None if content is None else self.id_of(content)

    # --- writing

    def message(self, key: Key, value: Value, token: str = "") -> Message:
        """Return the message that writes this, should nobody else come first."""
        headers: list[tuple[str, bytes]] = [
            (
                AFTER,
                str(self._last[key]).encode() if key in self._last else _NONE_BEFORE,
            )
        ]
        if isinstance(value, Version) and value.id >= self.next_id:
            headers.append((NEW_ID, b"1"))
        if token:
            headers.append((TOKEN, token.encode()))
        return Message(
            self._topic, encode_key(key), encode_value(key, value), tuple(headers), 0
        )

    def repairs(self) -> tuple[tuple[Key, Value], ...]:
        """Return what has to be written so that compaction keeps the truth."""
        keys = sorted(self.disputed, key=encode_key)
        return tuple((key, self._values.get(key)) for key in keys)

    # --- following

    def apply(self, record: Record) -> bool | None:
        """Take the next record in; return whether it counts.

        None: it was read before and is not looked at again. One that is no record of
        a registry does not count.
        """
        if record.offset < self.next_offset:
            return None
        self.next_offset = record.offset + 1
        key = decode_key(record.key)
        if key is None:
            return False
        value = decode_value(key, record.value)
        counts = self._counts(key, value, record)
        self._last[key] = record.offset
        if counts:
            self._set(key, value)
        if value == self._values.get(key):
            self.disputed.discard(key)
        else:
            self.disputed.add(key)
        return counts

    def _counts(self, key: Key, value: Value, record: Record) -> bool:
        if record.value is not None and value is None:
            return False
        if key == FLOOR:
            return True
        headers = dict(record.headers)
        after = headers.get(AFTER)
        if after is not None and not self._is_next(key, after):
            return False
        if not isinstance(value, Version):
            return True
        if NEW_ID in headers and value.id <= self._floor:
            return False
        # Another registry may have given a schema two ids; both have to be readable.
        return self._is_free(key, value) and (
            after is None or self._has_no_other_id(key, value)
        )

    def _is_next(self, key: Key, after: bytes) -> bool:
        """Whether a writer that knew the record at `after` knew all there was.

        One who knew of none is right, too, where nothing is held: the removal that
        we still know of may have been compacted away before it began to read.
        """
        last = self._last.get(key)
        if last is None or str(last).encode() == after:
            return True
        return after == _NONE_BEFORE and key not in self._values

    def _is_free(self, key: Key, value: Version) -> bool:
        return all(
            cast("Version", self._values[other]).content == value.content
            for other in self._holders.get(value.id, set()) - {key}
        )

    def _has_no_other_id(self, key: Key, value: Version) -> bool:
        others = self._ids.get(value.content, set()) - {value.id}
        return all(self._holders[other] <= {key} for other in others)

    @property
    def _floor(self) -> int:
        floor = self._values.get(FLOOR)
        return floor if isinstance(floor, int) else 0

    def _set(self, key: Key, value: Value) -> None:
        if key == FLOOR:
            if isinstance(value, int):
                self._raise_floor(value)
            return
        old = self._values.pop(key, None)
        if isinstance(old, Version):
            self._forget(key, old)
        if value is not None:
            self._values[key] = value
        if isinstance(value, Version):
            self._hold(key, value)
        if isinstance(old, Version) and old.id not in self._holders:
            # Compaction forgets the schema; events with its id may still be around,
            # so the id must never go to another one.
            self._raise_floor(old.id)
        if key.kind is Kind.DELETE_SUBJECT and isinstance(value, int):
            self._hide(str(key.subject), value)

    def _raise_floor(self, schema_id: int) -> None:
        if schema_id > self._floor:
            self._values[FLOOR] = schema_id
            self._highest_id = max(self._highest_id, schema_id)
            self.disputed.add(FLOOR)

    def _forget(self, key: Key, old: Version) -> None:
        del self._subjects[old.subject][old.version]
        if not self._subjects[old.subject]:
            del self._subjects[old.subject]
        self._holders[old.id].discard(key)
        if not self._holders[old.id]:
            del self._holders[old.id]
            self._ids[old.content].discard(old.id)
            if not self._ids[old.content]:
                del self._ids[old.content]
                self._contents.pop(old.content.guid, None)

    def _hold(self, key: Key, value: Version) -> None:
        self._subjects.setdefault(value.subject, {})[value.version] = value
        self._holders.setdefault(value.id, set()).add(key)
        self._ids.setdefault(value.content, set()).add(value.id)
        self._contents[value.content.guid] = value.content
        self._highest_id = max(self._highest_id, value.id)

    def _hide(self, subject: str, up_to: int) -> None:
        for version in self.versions(subject):
            if version.version <= up_to:
                key = Key(Kind.SCHEMA, subject, version.version)
                self._set(key, version._replace(deleted=True))
