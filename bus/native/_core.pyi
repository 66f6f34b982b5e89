# The library in Rust; what its parts promise stands in `src/`.

from collections.abc import Mapping, Sequence
from typing import TypeAlias, final

API: int
LIFTED: Sequence[str]

# Kind, names of fields or symbols, numbers of inner nodes, a decimal's scale and
# precision.
Defaults: TypeAlias = Sequence[str | None]
# Id, type, source, subject, time, trace context, extensions.
Said: TypeAlias = tuple[
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    tuple[tuple[str, str], ...],
]
# Type, own id, source, order id, channel, microseconds, Avro body.
Row: TypeAlias = tuple[str, str | None, str | None, str, str, int, bytes]
Spec: TypeAlias = tuple[str, Sequence[str], Sequence[int], int, int]

@final
class Plan:
    def __new__(cls, specs: Sequence[Spec], /) -> Plan: ...
    def read(self, body: bytes, /) -> Content | None: ...

@final
class Content:
    def body(
        self,
        id: str,  # noqa: A002 - as the body has it
        event_type: str,
        time: str,
        order_id: str,
        source: str,
        schema_id: int,
        extensions: bytes | None,
        /,
    ) -> bytes: ...

@final
class Flat:
    def __new__(cls, fields: Sequence[tuple[int, str]], /) -> Flat: ...
    def write(self, schema_id: int, values: tuple[object, ...], /) -> bytes | None: ...

@final
class Line:
    def __new__(
        cls, fields: Sequence[tuple[str, str, bool]], hints: Sequence[bytes], /
    ) -> Line: ...
    def write(
        self, now: float, head: bytes, values: tuple[object, ...], /
    ) -> bytes | None: ...

@final
class Taker:
    def __new__(
        cls, specs: Sequence[Spec], defaults: Sequence[Defaults], /
    ) -> Taker: ...
    def encode(self, schema_id: int, data: object, /) -> bytes | None: ...

def heads(headers: tuple[tuple[str, bytes], ...], /) -> Said | None: ...
def events(
    text: bytes, takers: Mapping[str, Taker], most: int, /
) -> tuple[bool, list[Row]] | None: ...
