"""A registry's log with one writer, without a broker."""

import json
from collections.abc import Sequence

from bus.record import Message, Record
from bus.registry.answers import Append, Decision, Refused, Settled
from bus.registry.log import SchemaLog
from bus.registry.records import Key, Value, encode_key, encode_value


def fixed(name: str, size: int = 1) -> str:
    """A small schema in its stored spelling."""
    return json.dumps(
        {"type": "fixed", "name": name, "size": size}, separators=(",", ":")
    )


def no_check(
    _new: str, _earlier: Sequence[tuple[str, str]], _level: str
) -> tuple[str, ...]:
    """Everything is compatible."""
    return ()


class Writer:
    """Does what decisions say, at once."""

    def __init__(self) -> None:
        self.log = SchemaLog("_schemas")
        self.records: list[Record] = []

    def append(self, message: Message) -> bool | None:
        """Write a message and take it in."""
        offset = len(self.records)
        record = Record(
            "_schemas", 0, offset, 0, message.key, message.value, message.headers
        )
        self.records.append(record)
        return self.log.apply(record)

    def foreign(self, key: Key, value: Value) -> bool | None:
        """Write as another registry does: no headers."""
        return self.raw(encode_key(key), encode_value(key, value))

    def raw(self, key: bytes | None, value: bytes | None) -> bool | None:
        """Write any bytes."""
        return self.append(Message("_schemas", key, value))

    def do(self, decision: Decision[object]) -> object:
        """Carry a decision out; return its answer, or the refusal."""
        match decision:
            case Append(changes, answer):
                for key, value in changes:
                    assert self.append(self.log.message(key, value))
                return answer
            case Settled(answer):
                return answer
            case Refused():
                return decision
