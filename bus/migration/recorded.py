"""A recording's line, and what it says by the terms.

One JSON object a line: `at` (RFC 3339 or milliseconds since 1970), `headers`, `body`
(text) or `body_base64`, and what came of it: `status` (of HTTP) or `outcome`. Anything
else is a column that the terms may name, as in CSV, where `headers` is JSON.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError
from bus.intake.parsing.tree import Tree, UnparsableError
from bus.migration.bodies import tree_of
from bus.migration.leaves import found_at
from bus.migration.sent import UNSENT, Sent
from bus.migration.terms import Reading
from bus.times import at_us, read_rfc3339, rfc3339

ACCEPTED: Final = "accepted"
_GOOD: Final = range(200, 300)
OWN: Final = frozenset({"at", "headers", "body", "body_base64", "status", "outcome"})


class UnreadError(Exception):
    """A line says nothing that could be compared; says why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it was recorded; `columns` are what else stands in its line."""

    place: str
    at_ms: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    outcome: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


def read_json_line(line: bytes, place: str) -> Recorded:
    """Read a line of a recording.

    Raises:
        UnreadError: It is none.
    """
    try:
        fields = read_json(line)
    except DecodeError as error:
        raise UnreadError(str(error)) from None
    if not isinstance(fields, dict):
        raise UnreadError("a line is one JSON object")
    return recorded_of(cast("dict[str, object]", fields), place)


def recorded_of(fields: Mapping[str, object], place: str) -> Recorded:
    """Read a line's fields, of JSON or of a table.

    Raises:
        UnreadError: `at` or the body is missing, or is none.
    """
    return Recorded(
        place,
        at_ms_of(fields.get("at")),
        _body(fields),
        _headers(fields.get("headers")),
        _outcome(fields),
        {name: text for name, text in _columns(fields) if text is not None},
    )


def written(recorded: Recorded) -> bytes:
    """The line of a recording, without its end; `read_json_line` reads it."""
    fields: dict[str, object] = {
        **recorded.columns,
        "at": rfc3339(at_us(recorded.at_ms * 1000)),
        "headers": dict(recorded.headers),
        "outcome": recorded.outcome,
    }
    try:
        fields["body"] = recorded.body.decode()
    except UnicodeDecodeError:
        fields["body_base64"] = b64encode(recorded.body).decode()
    return json.dumps(fields, ensure_ascii=False).encode()


def at_ms_of(value: object) -> int:
    """The moment that a value says, in milliseconds since 1970.

    Raises:
        UnreadError: It says none.
    """
    text = str(value).strip()
    if value is not None and text.lstrip("-").replace(".", "", 1).isdecimal():
        return round(float(text))
    try:
        return round(read_rfc3339(text).timestamp() * 1000)
    except ValueError:
        said = f"at: expected a time with its zone, not {text[:40]!r}"
        raise UnreadError(said) from None


def _body(fields: Mapping[str, object]) -> bytes:
    encoded, body = fields.get("body_base64"), fields.get("body")
    if isinstance(encoded, str) and encoded:
        try:
            return b64decode(encoded, validate=True)
        except ValueError:
            raise UnreadError("body_base64 is not base64") from None
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict | list):
        return json.dumps(body, ensure_ascii=False, default=str).encode()
    raise UnreadError("there is no body")


def _headers(value: object) -> Mapping[str, str]:
    if isinstance(value, str):
        try:
            value = read_json(value.encode()) if value else {}
        except DecodeError as error:
            raise UnreadError(f"headers: {error}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadError("headers: expected an object of texts")
    pairs = cast("dict[str, object]", value)
    return {str(name).lower(): str(text) for name, text in pairs.items()}


def _outcome(fields: Mapping[str, object]) -> str:
    outcome, status = fields.get("outcome"), str(fields.get("status") or "").strip()
    if outcome:
        return str(outcome)
    if not status.isdecimal():
        return status
    return ACCEPTED if int(status) in _GOOD else f"http {int(status)}"


def _columns(fields: Mapping[str, object]) -> list[tuple[str, str | None]]:
    return [
        (name, None if value is None else str(value))
        for name, value in fields.items()
        if name not in OWN
    ]


def sent_of(recorded: Recorded, reading: Reading) -> Sent:
    """What a recorded request tells, by the terms.

    Raises:
        UnreadError: It does not say of which type it is, or of which order.
    """
    look = _Look(recorded)
    named = look.at(reading.type)
    order = look.at(reading.order)
    if not named or not order:
        what, where = ("type", reading.type) if not named else ("order", reading.order)
        why = f": its body cannot be read: {look.why}" if look.why else ""
        raise UnreadError(f"its {what} is not at {where}{why}")
    occurred = look.at(reading.occurred)
    outcome = recorded.outcome
    return Sent(
        recorded.place,
        reading.types.get(named, named),
        order,
        look.at(reading.version),
        look.at(reading.id),
        recorded.at_ms,
        _moment(occurred),
        recorded.body,
        recorded.headers,
        accepted=outcome == ACCEPTED if outcome not in {"", UNSENT} else None,
        outcome=outcome,
    )


def _moment(text: str) -> int | None:
    try:
        return at_ms_of(text) if text else None
    except UnreadError:
        return None


class _Look:
    """Looks up parts of a request; its body is parsed when the first is asked for."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._tree: Tree = None
        self._parsed = False
        self.why = ""

    def at(self, where: str) -> str:
        """What stands there; empty: nothing does."""
        if where.startswith("="):
            return where[1:]
        kind, _, name = where.partition(":")
        match kind:
            case "header":
                return self._recorded.headers.get(name.lower(), "")
            case "column":
                return self._recorded.columns.get(name, "")
            case "body":
                return self._body(name)
            case _:
                raise UnreadError(
                    f"{where!r} is no body:PATH, header:NAME, column:NAME or =TEXT"
                )

    def _body(self, name: str) -> str:
        if not self._parsed:
            self._parsed = True
            try:
                self._tree = tree_of(self._recorded.body)
            except UnparsableError as error:
                self.why = str(error)
        found = found_at(self._tree, name)
        return "" if found is None or isinstance(found, dict | list) else str(found)
