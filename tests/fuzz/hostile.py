"""Random schemas, and bytes that are records of them, or nearly."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import cast

from bus.webhook.document import LIFTED

Definition = dict[str, object]

_USUAL: list[object] = [
    *("null", "boolean", "int", "long", "string", "string"),
    {"type": "int", "logicalType": "date"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "timestamp-micros"},
]
_SCALARS: list[object] = [
    *_USUAL,
    *("bytes", "double", "float"),
    {"type": "string", "logicalType": "uuid"},
    {"type": "string", "avro.java.string": "String"},
    {"type": "int", "logicalType": "time-millis"},
    {"type": "int", "logicalType": "timestamp-micros"},
    {"type": "long", "logicalType": "time-micros"},
    *(
        {"type": "long", "logicalType": f"{place}timestamp-{unit}"}
        for place in ("", "local-")
        for unit in ("millis", "micros", "nanos")
    ),
]
_TEXTS = [
    *(
        "",
        "a",
        "EUR",
        "ü",
        "\U0001f4e6",
        "\x00",
        "\x1f",
        "\x7f",
        '"',
        "\\",
        "\b\f\n\r\t",
    ),
    *("\u2028", "/", "order-1", "2026-11-28T12:00:00.000000Z", "x" * 300),
]
_NUMBERS = [0, 1, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63)]
_DAYS = [0, -719_162, -719_163, 2_932_896, 2_932_897, 11_016, 11_017, -1, 19_782]
_DAY_US = 86_400_000_000
_SIZES = {"null": 0, "float": 4, "double": 8}


class Maker:
    """Draws from one source of chance: the same seed, the same schemas and bytes."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._usual_only = random.random() < 0.6
        self._names: list[str] = []
        self._defined: dict[str, Definition] = {}
        self._complex: dict[str, Callable[[Definition, int], bytes]] = {
            "record": self._fields,
            "array": self._array,
            "map": self._map,
            "enum": self._enum,
            "fixed": self._fixed,
        }

    # --- schemas

    def schema(self) -> Definition:
        """A record as an event's schema is one, its fields of any type."""
        count = self.random.randint(0, 6)
        names = [f"f{n}" for n in range(count)]
        names += [name for name in sorted(LIFTED) if self.random.random() < 0.4]
        self.random.shuffle(names)
        return self._record(names, 3)

    def _record(self, fields: list[str], depth: int) -> Definition:
        name = self._name("R")
        made: Definition = {"type": "record", "name": name, "fields": []}
        self._defined[name] = made
        made["fields"] = [
            {"name": field, "type": self._usual(field) or self._type(depth)}
            for field in fields
        ]
        self._names.append(name)
        return made

    def _usual(self, field: str) -> object:
        """What a lifted field usually is, mostly."""
        if field not in LIFTED or self.random.random() < 0.3:
            return None
        if field == "occurred_at":
            return {"type": "long", "logicalType": "timestamp-micros"}
        return ["null", "string"] if self.random.random() < 0.5 else "string"

    def _type(self, depth: int) -> object:
        if depth == 0 or self.random.random() < 0.5:
            return self._leaf()
        makers: list[Callable[[], object]] = [
            lambda: {"type": "array", "items": self._type(depth - 1)},
            lambda: {"type": "map", "values": self._type(depth - 1)},
            lambda: self._union(depth - 1),
            lambda: self._record(["a", "b"][: self.random.randint(0, 2)], depth - 1),
            lambda: self.random.choice(self._names or ["string"]),
            lambda: ["null", self.random.choice([*self._defined])],  # may hold itself
        ]
        return self.random.choice(makers)()

    def _union(self, depth: int) -> list[object]:
        branches: list[object] = ["null"] if self.random.random() < 0.7 else []
        branches += [self._type(depth) for _ in range(self.random.randint(1, 2))]
        flat = [one for one in branches if not isinstance(one, list)]
        kinds = [_kind(one) for one in flat]
        once = [one for at, one in enumerate(flat) if kinds.index(kinds[at]) == at]
        return once or ["null"]

    def _leaf(self) -> object:
        drawn = self.random.random()
        if drawn < 0.2:
            digits = [9, 18, 18, 38] if self._usual_only else [1, 2, 20, 39, 60]
            precision = self.random.choice(digits)
            scale = self.random.choice([0, 1, 2, precision])
            return {
                "type": "bytes",
                "logicalType": "decimal",
                "precision": precision,
                "scale": min(scale, precision),
            }
        if drawn < 0.3:
            name = self._name("E")
            made: Definition = {"type": "enum", "name": name, "symbols": ["A", "B_1"]}
            self._defined[name] = made
            return made
        if self._usual_only:
            return self.random.choice(_USUAL)
        if drawn < 0.35:
            name = self._name("F")
            made = {"type": "fixed", "name": name, "size": self.random.randint(1, 4)}
            self._defined[name] = made
            return made
        return self.random.choice(_SCALARS)

    def _name(self, letter: str) -> str:
        return f"{letter}{len(self._defined)}"

    # --- bytes

    def know(self, schema: object) -> None:
        """Learn what a schema of others defines, to make bodies of it."""
        if isinstance(schema, list):
            for branch in schema:
                self.know(branch)
        if not isinstance(schema, dict):
            return
        if "name" in schema:
            self._defined[schema["name"]] = schema
        for inner in (schema["type"], schema.get("items"), schema.get("values")):
            self.know(inner)
        for field in schema.get("fields", ()):
            self.know(field["type"])

    def body(self, schema: object, depth: int = 6) -> bytes:
        """Bytes of a value, now and then odd ones."""
        if isinstance(schema, list):
            last = 0 if depth <= 0 else len(schema) - 1
            number = self.random.randint(0, last)
            return self._long(number) + self.body(schema[number], depth - 1)
        if isinstance(schema, str):
            schema = self._defined.get(schema, {"type": schema})
        definition = cast("Definition", schema)
        make = self._complex.get(str(definition["type"]))
        return self._scalar(definition) if make is None else make(definition, depth - 1)

    def _fields(self, definition: Definition, depth: int) -> bytes:
        fields = cast("list[Definition]", definition["fields"])
        return b"".join(self.body(one["type"], depth) for one in fields)

    def _array(self, definition: Definition, depth: int) -> bytes:
        return self._blocks(lambda: self.body(definition["items"], depth))

    def _map(self, definition: Definition, depth: int) -> bytes:
        inner = definition["values"]
        return self._blocks(lambda: self._text() + self.body(inner, depth))

    def _enum(self, _definition: Definition, _depth: int) -> bytes:
        return self._long(self.random.choice([0] * 9 + [1] * 9 + [2, -1]))

    def _fixed(self, definition: Definition, _depth: int) -> bytes:
        return self.random.randbytes(cast("int", definition["size"]))

    def _scalar(self, definition: Definition) -> bytes:
        kind = str(definition["type"])
        if kind == "string":
            return self._text()
        if kind == "bytes":
            return self._sized_bytes()
        if kind in _SIZES:
            return self.random.randbytes(_SIZES[kind])
        if kind == "boolean":
            return bytes([self.random.choice([0, 0, 0, 0, 1, 1, 1, 1, 2])])
        return self._long(self._number(str(definition.get("logicalType"))))

    def _sized_bytes(self) -> bytes:
        count = self.random.choice([0, 1, 1, 1, 2, 2, 3, 4, 7, 8, 9, 16, 17])
        found = self.random.randbytes(count)
        if self.random.random() < 0.3:
            found = self.random.choice([b"\0", b"\xff", b"\x80"]) * count
        return self._long(len(found)) + found

    def _number(self, logical: str) -> int:
        if self.random.random() < 0.03:
            return self.random.choice(_NUMBERS)
        if logical == "date":
            return self.random.choice(
                [*_DAYS, self.random.randint(-800_000, 3_000_000)]
            )
        if "timestamp" in logical:
            micros = self.random.choice(_DAYS) * _DAY_US
            micros += self.random.choice(
                [0, -1, _DAY_US - 1, self.random.getrandbits(36)]
            )
            unit = logical.rpartition("-")[2]
            return {"millis": micros // 1000, "nanos": micros * 1000}.get(unit, micros)
        return self.random.choice([*_NUMBERS, self.random.getrandbits(20)])

    def _text(self) -> bytes:
        text = self.random.choice(_TEXTS).encode()
        if self.random.random() < 0.01:
            text = self.random.choice(
                [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80"]
            )
        return self._long(len(text)) + text

    def _blocks(self, item: Callable[[], bytes]) -> bytes:
        made = b""
        for _ in range(self.random.choice([0, 1, 1, 2])):
            items = [item() for _ in range(self.random.randint(1, 3))]
            count, said = len(items), b""
            if self.random.random() < 0.2:
                count, said = -count, self._long(sum(map(len, items)))
            made += self._long(count) + said + b"".join(items)
        return made + self._long(0)

    def _long(self, number: int) -> bytes:
        """Seven bits a byte; now and then in more bytes than are needed."""
        rest = (number << 1) ^ (number >> 63)
        rest &= 2**64 - 1 if -(2**63) <= number < 2**63 else 2**70 - 1
        made = bytearray()
        while rest > 0x7F:
            made.append(rest & 0x7F | 0x80)
            rest >>= 7
        made.append(rest)
        if self.random.random() < 0.004:
            made[-1] |= 0x80
            made += self.random.choice([b"\x00", b"\x80\x00", b"\x80" * 9 + b"\x01"])
        return bytes(made)

    def damaged(self, body: bytes) -> bytes:
        """The same with a few bytes changed, lost or added."""
        made = bytearray(body)
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randint(0, len(made))
            lost = self.random.randint(0, 2)
            made[place : place + lost] = self.random.randbytes(
                self.random.randint(0, 2)
            )
        return bytes(made)


def _kind(schema: object) -> object:
    """What Avro allows once in a union."""
    if not isinstance(schema, dict):
        return schema
    return schema.get("name", schema["type"])


def disturb(random: Random, inside: object, odd: Sequence[object]) -> None:
    """Put something odd in a place, or leave one out, or add one."""
    holder = cast("dict[object, object]", inside)
    places = [*holder] if isinstance(inside, dict) else [*range(len(holder))]
    if not places:
        return
    place, drawn = random.choice(places), random.random()
    if isinstance(holder[place], dict | list) and random.random() < 0.8:
        disturb(random, holder[place], odd)
    elif isinstance(inside, dict) and drawn < 0.2:
        del holder[place]
    elif isinstance(inside, dict) and drawn < 0.3:
        holder["shade"] = deepcopy(random.choice(odd))
    else:
        holder[place] = deepcopy(random.choice(odd))
