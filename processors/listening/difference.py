"""In what two attempts of one webhook differ, a line a difference.

What differs in every attempt is left out: timestamp and signature, and of the trace
its span.
"""

import difflib
from collections.abc import Iterator, Mapping

import orjson

from processors.listening.heard import CREDENTIALS

_EVERY_TIME = frozenset({b"webhook-timestamp", b"webhook-signature", b"content-length"})
_TRACE = b"traceparent"
_MOST_LINES = 20
_MOST_BYTES = 200_000
_MOST_TEXT_LINES = 500  # comparing more takes its square
_DEEPEST = 50
_LONGEST = 60
_GONE = object()
Headers = Mapping[bytes, bytes]


def differences(
    headers: Headers, body: bytes, earlier_headers: Headers, earlier_body: bytes
) -> list[str]:
    """Return them, at most twenty and then how many more; none: the same again."""
    found = list(_of_headers(headers, earlier_headers))
    if body != earlier_body:
        found += _of_bodies(body, earlier_body)
    if len(found) > _MOST_LINES:
        left = len(found) - _MOST_LINES
        found = [*found[:_MOST_LINES], f"… and {left} more"]
    return found


def _of_headers(now: Headers, before: Headers) -> Iterator[str]:
    for name in sorted({*now, *before} - _EVERY_TIME):
        values = [_header(name, headers) for headers in (before, now)]
        if values[0] == values[1]:
            continue
        if name in CREDENTIALS:
            yield f"{name.decode()}: not the same; credentials are not shown"
        else:
            yield _changed(name.decode("latin-1"), *values)


def _header(name: bytes, headers: Headers) -> object:
    if name not in headers:
        return _GONE
    value = headers[name].decode("latin-1")
    return value.split("-")[1:2] if name == _TRACE else value


def _of_bodies(now: bytes, before: bytes) -> Iterator[str]:
    size = f"body: {len(before)} → {len(now)} bytes"
    at = next(
        (i for i, (a, b) in enumerate(zip(before, now, strict=False)) if a != b),
        min(len(now), len(before)),
    )
    if max(len(now), len(before)) > _MOST_BYTES:
        yield f"{size}, other from byte {at} on"
        return
    try:
        values = [orjson.loads(body) for body in (before, now)]
        lines = list(_of_values("body", values[0], values[1]))
    except orjson.JSONDecodeError:
        lines = list(_of_texts(now, before))
    except TypeError:  # nested beyond what is written again
        lines = [f"{size}, other from byte {at} on"]
    yield from lines or [f"{size}: the same in other bytes, from byte {at} on"]


def _of_values(
    where: str, before: object, now: object, depth: int = 0
) -> Iterator[str]:
    if depth == _DEEPEST:
        if orjson.dumps(before) != orjson.dumps(now):
            yield f"{_short(where)}: changed below"
    elif isinstance(before, dict) and isinstance(now, dict):
        for name in [*before, *(name for name in now if name not in before)]:
            one, other = before.get(name, _GONE), now.get(name, _GONE)
            yield from _of_values(f"{where}.{_short(name)}", one, other, depth + 1)
    elif isinstance(before, list) and isinstance(now, list):
        for at in range(max(len(before), len(now))):
            one, other = _item(before, at), _item(now, at)
            yield from _of_values(f"{where}[{at}]", one, other, depth + 1)
    elif type(before) is not type(now) or before != now:
        yield _changed(where, before, now)


def _item(values: list[object], at: int) -> object:
    return values[at] if at < len(values) else _GONE


def _of_texts(now: bytes, before: bytes) -> Iterator[str]:
    texts = [
        body.decode(errors="backslashreplace").replace("><", ">\n<").splitlines()
        for body in (before, now)
    ]
    if max(map(len, texts)) > _MOST_TEXT_LINES:
        yield f"body: other text, of {len(texts[0])} and {len(texts[1])} lines"
        return
    for line in difflib.unified_diff(texts[0], texts[1], n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"body: {line[0]} {_short(line[1:])}"


def _changed(where: str, before: object, now: object) -> str:
    if before is _GONE:
        return f"{where}: new, {_value(now)}"
    if now is _GONE:
        return f"{where}: gone, was {_value(before)}"
    return f"{where}: {_value(before)} → {_value(now)}"


def _value(value: object) -> str:
    if isinstance(value, str):
        return f'"{_short(value)}"'
    return _short(orjson.dumps(value).decode())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
