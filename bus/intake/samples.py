"""Samples of a channel: what each comes to, said so that people can check it.

An expectation leaves out what changes without anybody's doing (the mapping's version,
the bytes' hash, when it was seen) and what is empty: what is left is what was said.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from bus.intake.channels.definition import Channel
from bus.intake.converting import Converted, convert
from bus.intake.findings import Finding
from bus.intake.submission import Submission
from bus.intake.verifying.verdict import Secret, Signed
from bus.times import read_rfc3339, rfc3339

_LEFT_OUT = frozenset(
    {
        "channel",
        "findings",
        "mapping_version",
        "observed_at",
        "order_id",
        "raw",
        "via",
    }
)
_NOTHING: tuple[object, ...] = (None, [], {})


@dataclass(frozen=True, slots=True)
class Sample:
    """One folder of `samples/`: what is sent, and what it is to come to.

    `expected` is None as long as nobody has said. `fetched`: it is no message, but a
    document that is fetched after one.
    """

    name: str
    body: bytes
    headers: Mapping[str, str]
    expected: str | None
    fetched: bool = False


def outcome(channel: Channel, sample: Sample) -> str:
    """What a sample comes to, as expected.json says it."""
    submission = submission_of(channel, sample)
    said = {
        "verified": _verified(channel, sample),
        "parts": [_part(one) for one in convert(channel, submission)],
    }
    return plain(said) + "\n"


def plain(said: object) -> str:
    """As JSON: amounts exact, times as RFC 3339."""
    return json.dumps(said, indent=2, ensure_ascii=False, default=_text)


def said_of(data: Mapping[str, object]) -> Mapping[str, object]:
    """The data of an event without what changes by itself, and what is empty."""
    kept = {name: value for name, value in data.items() if name not in _LEFT_OUT}
    pruned = _pruned(kept)
    return pruned if isinstance(pruned, dict) else {}


def submission_of(channel: Channel, sample: Sample) -> Submission:
    """A sample as if it had come in."""
    settings = channel.samples
    return Submission(
        instance=settings.instance,
        body=sample.body,
        headers=sample.headers,
        observed_at=read_rfc3339(settings.observed_at),
        settings=settings.settings,
        via="fetch" if sample.fetched else "webhook",
        fetched=sample.fetched,
    )


def differences(expected: str, actual: str) -> list[str]:
    """What differs, a line each: the path, what was expected, what came."""
    try:
        wanted = json.loads(expected)
    except ValueError as error:
        return [f"expected.json is no JSON: {error}"]
    return [
        f"{path}: expected {old}, got {new}"
        for path, old, new in differing(wanted, json.loads(actual), "")
    ]


def differing(
    wanted: object, came: object, path: str
) -> Iterator[tuple[str, str, str]]:
    """Where two JSON documents differ: the path, and both values on one line."""
    if isinstance(wanted, dict) and isinstance(came, dict):
        for name in dict.fromkeys((*wanted, *came)):
            place = f"{path}.{name}" if path else str(name)
            yield from differing(wanted.get(name), came.get(name), place)
    elif isinstance(wanted, list) and isinstance(came, list):
        for index in range(max(len(wanted), len(came))):
            left = wanted[index] if index < len(wanted) else None
            right = came[index] if index < len(came) else None
            yield from differing(left, right, f"{path}[{index}]")
    elif wanted != came:
        yield path, _short(wanted), _short(came)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line


def _verified(channel: Channel, sample: Sample) -> str:
    if sample.fetched:
        return "fetched"
    settings = channel.samples
    secrets = [
        Secret(f"sample-{number}", value)
        for number, value in enumerate(settings.secrets, 1)
    ]
    now = read_rfc3339(settings.observed_at)
    signed = Signed(sample.body, sample.headers, settings.url, now, settings.keys)
    return channel.verifier.verify(signed, secrets).reason.value


def _part(one: Converted) -> dict[str, object]:
    said: dict[str, object] = {"native_type": one.native_type}
    if one.event is not None:
        event = one.event
        said |= {"event": event.type, "id": event.id, "order_id": event.subject}
        said["data"] = said_of(event.data)
    if one.findings:
        said["findings"] = [_finding(finding) for finding in one.findings]
    return said


def _finding(finding: Finding) -> dict[str, str]:
    fields = {"code": finding.code, "path": finding.path, "value": finding.value}
    return {name: text for name, text in fields.items() if text}


def _pruned(value: object) -> object:
    """Without what is empty, amounts on one line each."""
    if isinstance(value, Mapping):
        if value.keys() == {"amount", "currency"}:
            return f"{_text(value['amount'])} {value['currency'] or '?'}"
        inner = {name: _pruned(item) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item not in _NOTHING}
    if isinstance(value, list):
        return [_pruned(item) for item in cast("list[object]", value)]
    return value


def _text(value: object) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return rfc3339(value).replace(".000000Z", "Z")
        case date():
            return value.isoformat()
        case _:
            return str(value)
