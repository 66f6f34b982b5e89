"""A submission as a record of its source's raw topic, and back.

The value is the body, after redaction; all else is in headers, UTF-8 texts. What a
header says that cannot be so is a finding of the submission, never an error: the record
was acknowledged to its sender, and has to be dealt with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bus.errors import DecodeError
from bus.intake.findings import Finding, shown
from bus.intake.submission import Place, Submission
from bus.intake.verifying.verdict import Reason
from bus.record import Headers, Message, Record, is_number

VIAS = ("webhook", "fetch", "reconcile", "file", "replay")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Raw:
    """A stored submission, and what is known of how it came.

    Attributes:
        id: The submission's, a UUIDv7; of a record that does not say, its place.
        submission: What was sent. Its settings are the source's: whoever converts it
            fills them in.
        channel: The source's, when it came.
        verdict: What the channel's verifier said; None: nobody can say.
        secret: Id of the secret that matched; empty without one.
        url: The address it was sent to, as the sender knows it.
        address: Where it came from.
        redacted: What was taken out of the body, and how often.
        of: Of what was fetched or replayed, the record that it comes from.
        findings: What its headers say that cannot be so.
    """

    id: str
    submission: Submission
    channel: str
    verdict: Reason | None = None
    secret: str = ""
    url: str = ""
    address: str = ""
    redacted: Mapping[str, int] = field(default_factory=dict)
    of: Place | None = None
    findings: tuple[Finding, ...] = ()


def to_message(raw: Raw, topic: str, key: str | None = None) -> Message:
    """The record of a submission; without a key, the submission's id is it."""
    submission = raw.submission
    texts = {
        "in_id": raw.id,
        "in_source": submission.instance,
        "in_channel": raw.channel,
        "in_via": submission.via,
        "in_at": moment_text(submission.observed_at),
        "in_verdict": "" if raw.verdict is None else raw.verdict.value,
        "in_secret": raw.secret,
        "in_url": raw.url,
        "in_address": raw.address,
        "in_headers": json.dumps(dict(submission.headers), separators=(",", ":")),
        "in_redacted": " ".join(f"{what}={n}" for what, n in raw.redacted.items()),
        "in_of": "" if raw.of is None else place_text(raw.of),
    }
    headers = tuple(
        (name, text.encode(errors="replace")) for name, text in texts.items() if text
    )
    return Message(
        topic, (key or raw.id).encode(errors="replace"), submission.body, headers
    )


def read_raw(record: Record) -> Raw:
    """The submission of a record; never raises."""
    given = _Given(record.headers)
    here = Place(record.topic, record.partition, record.offset)
    at = given.moment("in_at") or _EPOCH + timedelta(milliseconds=record.timestamp_ms)
    if record.unreadable:
        given.note("headers", record.unreadable, None)
    source = given.text("in_source") or record.topic.rpartition(".")[2]
    submission = Submission(
        instance=source,
        body=record.value or b"",
        headers=given.headers("in_headers"),
        observed_at=at,
        via=given.one_of("in_via", VIAS) or "webhook",
        place=here,
    )
    verdict = given.one_of("in_verdict", tuple(Reason))
    return Raw(
        id=given.text("in_id") or place_text(here),
        submission=submission,
        channel=given.text("in_channel"),
        verdict=None if verdict is None else Reason(verdict),
        secret=given.text("in_secret"),
        url=given.text("in_url"),
        address=given.text("in_address"),
        redacted=given.counts("in_redacted"),
        of=given.place("in_of"),
        findings=tuple(given.findings),
    )


def place_text(place: Place) -> str:
    """A place as one word: `topic/partition/offset`."""
    return f"{place.topic}/{place.partition}/{place.offset}"


def read_place(text: str) -> Place:
    """The place that a word names.

    Raises:
        DecodeError: it names none.
    """
    topic, _, rest = text.partition("/")
    partition, _, offset = rest.partition("/")
    if not (topic and is_number(partition) and is_number(offset)):
        raise DecodeError(f"{shown(text)!r} is no topic/partition/offset")
    return Place(topic, int(partition), int(offset))


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC, with microseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def submission_id(now_s: float, random_bytes: bytes) -> str:
    """A UUID of version 7 (RFC 9562, 5.7): of a time, and ten random bytes."""
    number = int(now_s * 1000) << 80 | int.from_bytes(random_bytes[:10])
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    digits = f"{number & (1 << 128) - 1:032x}"
    return "-".join(
        (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    )


class _Given:
    """Headers of a record, read one by one; what cannot be read is noted."""

    def __init__(self, headers: Headers) -> None:
        self.findings: list[Finding] = []
        self._texts: dict[str, str] = {}
        for name, value in headers:
            if not name.startswith("in_"):
                continue
            try:
                self._texts[name] = (value or b"").decode()
            except UnicodeDecodeError:
                self.note(name, "is no text", str(value))

    def note(self, name: str, why: str, value: str | None) -> None:
        text = f"the stored submission's {name} {why}"
        told = None if value is None else shown(value)
        self.findings.append(Finding("raw_header", text, value=told))

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def one_of(self, name: str, words: tuple[str, ...]) -> str | None:
        text = self.text(name)
        if text and text not in words:
            self.note(name, f"is none of {', '.join(words)}", text)
        return text if text in words else None

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.note(name, "is no moment", text)
            return None
        return moment

    def headers(self, name: str) -> dict[str, str]:
        text = self.text(name)
        try:
            found: object = json.loads(text or "{}")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self.note(name, "are no JSON object", text)
            return {}
        return {str(key).lower(): str(value) for key, value in found.items()}

    def counts(self, name: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for word in self.text(name).split():
            what, _, count = word.partition("=")
            if what and is_number(count):
                found[what] = int(count)
            else:
                self.note(name, "does not say what and how often", word)
        return found

    def place(self, name: str) -> Place | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return read_place(text)
        except DecodeError as error:
            self.note(name, str(error), None)
            return None
