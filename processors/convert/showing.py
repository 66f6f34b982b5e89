"""One stored submission, decoded and covered, with what became of each of its parts."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bus.intake.converting import Converted
from bus.intake.merging.identity import name_of
from bus.intake.merging.notes import Note
from bus.intake.raw import place_text
from bus.times import rfc3339
from processors.convert.stored import Desk, Stored, converted, notes_of

_MOST_CHARACTERS = 20_000
_COVERED = "•••"
_SECRET = re.compile(
    r"(?i)(pass(word|wd)?|secret|token|authori[sz]ation|signature|api[-_]?key|cvv|cvc"
    r"|card[-_]?number|iban|account[-_]?number)$"
)
# Numbers with a fraction are shown with all their digits.
_EXACT = re.compile(r'"\\u0000([^"]*)"')
# What may be the number of a card: 13 to 19 digits that begin as those do.
_CARD = re.compile(r"(?<![0-9])[3-6](?:[ -]?[0-9]){12,18}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a command prints of a submission; `parts` say what became of each."""

    head: Mapping[str, object]
    headers: Mapping[str, str]
    body: str
    parts: Sequence[Mapping[str, object]]


async def show(desk: Desk, one: Stored) -> Shown:
    """Say what is stored, what it comes to by today's channel, what came of it.

    Raises:
        TopicError, BrokerUnavailableError: What was written down cannot be read.
    """
    channel = desk.channels.get(one.source.channel)
    parts = converted(channel, one) if channel is not None else ()
    notes = await notes_of(desk.kafka, {str(part.key) for part in parts})
    return Shown(
        head=_head(one),
        headers={n: _cover(n, v) for n, v in one.submission.headers.items()},
        body=body_text(one.submission.body),
        parts=[_part(one, part, notes.get(str(part.key))) for part in parts],
    )


def _head(one: Stored) -> dict[str, object]:
    raw, submission = one.raw, one.submission
    said: dict[str, object] = {
        "id": raw.id,
        "place": place_text(one.place),
        "source": one.source.id,
        "channel": one.source.channel,
        "via": submission.via,
        "of": None if raw.of is None else place_text(raw.of),
        "at": rfc3339(submission.observed_at),
        "verdict": None if raw.verdict is None else raw.verdict.value,
        "secret": raw.secret or None,
        "url": raw.url or None,
        "address": raw.address or None,
        "bytes": len(submission.body),
        "taken_out": dict(raw.redacted) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _part(one: Stored, part: Converted, note: Note | None) -> dict[str, object]:
    said: dict[str, object] = {
        "part": name_of(part),
        "native_type": part.native_type,
        "event_type": part.event_type or None,
        "order_id": part.order_id or None,
        "event_id": None if part.event is None else part.event.id,
        "became": _became(one, part, note),
        "findings": [
            {"code": f.code, "path": f.path, "text": f.text, "value": f.value}
            for f in part.findings
        ],
    }
    return {name: value for name, value in said.items() if value is not None}


def _became(one: Stored, part: Converted, note: Note | None) -> str:
    """What came of a part, as it was written down."""
    if note is None:
        ignored = any(f.code == "ignored_type" for f in part.findings)
        return "ignored" if ignored else "nothing is written down of it (any more)"
    mine = f"{place_text(one.place)}#{part.part}"
    if note.owner.place == mine:
        return note.became.value
    return f"repeat of {note.owner.place}, which was {note.became.value}"


def body_text(body: bytes) -> str:
    """A body as text: JSON indented, secrets and card numbers covered, cut."""
    try:
        document: object = json.loads(body, parse_float=lambda text: f"\0{text}")
    except (ValueError, RecursionError):
        text = body.decode(errors="replace")
    else:
        text = json.dumps(_covered(document), indent=2, ensure_ascii=False)
        text = _EXACT.sub(r"\1", text)
    text = _CARD.sub(_without_card, text)
    if len(text) > _MOST_CHARACTERS:
        left = len(text) - _MOST_CHARACTERS
        return f"{text[:_MOST_CHARACTERS]}\n… and {left:,} characters more"
    return text


def _without_card(found: re.Match[str]) -> str:
    """Covered, if its check digit (Luhn's) says that it may be a card's number."""
    digits = [int(sign) for sign in reversed(found[0]) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    is_card = (sum(digits[::2]) + sum(doubled)) % 10 == 0
    return _COVERED if is_card else found[0]


def _covered(value: object) -> object:
    if isinstance(value, dict):
        named = cast("Mapping[str, object]", value)
        return {
            name: _COVERED
            if _SECRET.search(name) and isinstance(inner, str | int)
            else _covered(inner)
            for name, inner in named.items()
        }
    if isinstance(value, list):
        return [_covered(inner) for inner in cast("list[object]", value)]
    return value


def _cover(name: str, value: str) -> str:
    return _COVERED if _SECRET.search(name) else value
