"""Submissions to events: parsed, split, told apart, mapped, checked; nothing raises.

The same bytes by the same mapping give the same events, ids included: what is
converted again after a crash, a replay or a fetch is known to be the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID, uuid5

from bus.contracts.codec import validate
from bus.errors import InvalidEventError
from bus.event import Event
from bus.intake.channels.definition import Channel, Section
from bus.intake.findings import Finding, as_field
from bus.intake.mapping.notebook import Notebook
from bus.intake.parsing.paths import Scope, plain_text
from bus.intake.parsing.tree import TooMuchError, Tree, UnparsableError
from bus.intake.submission import Submission

Examples: TypeAlias = dict[str, dict[int, Tree]]
"""What lines of a mapping gave, by section and their number in it."""

_NAMESPACE = UUID("8f6b1a52-64a5-5a5e-9d0c-0d5a7c1f2b11")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Converted:
    """What one part of a submission came to.

    Attributes:
        part: Which part it is, from 0.
        native_type: What the source calls it; None if nobody can say.
        event: The event; None if there is none, for the reasons in `findings`.
        findings: All that was noticed, those within the event, too.
        key: What tells it from all others: the event's id, or one of the bytes.
        section: The section of the mapping it went through; empty: none.
        event_type: What it became, or was to become; empty: nobody can say.
        order_id: The order it is about; empty likewise.
        made: The event's data as far as it was made; None: not at all.
    """

    part: int
    native_type: str | None
    event: Event | None
    findings: tuple[Finding, ...]
    key: UUID
    section: str = ""
    event_type: str = ""
    order_id: str = ""
    made: Mapping[str, object] | None = None


def convert(
    channel: Channel, submission: Submission, examples: Examples | None = None
) -> tuple[Converted, ...]:
    """Return what a submission comes to, by part; at least one.

    `examples` gets what the lines of each section gave that made an event.
    """
    try:
        parsed = channel.parsed(submission.body, submission.settings)
    except TooMuchError as error:
        return (_nothing(submission, "too_large", str(error)),)
    except UnparsableError as error:
        return (_nothing(submission, "unparsable", str(error)),)
    except Exception as error:  # noqa: BLE001 - whatever a submission brings is its own
        return (_nothing(submission, "unforeseen", _raised(error)),)
    if not parsed.items:
        return (_nothing(submission, "nothing_in_it", "there is no item in it"),)
    remarks = tuple(Finding(code, text) for code, text in parsed.remarks)
    roots = {
        "document": parsed.document,
        "headers": dict(submission.headers),
        "source": _settings(channel, submission),
    }
    digest = sha256(submission.body).hexdigest()
    found: list[Converted] = []
    for part, item in enumerate(parsed.items):
        scope = Scope(item, None, roots)
        whole = _Part(channel, submission, digest, part, scope, examples)
        found += whole.converted(remarks)
    return tuple(found)


def _nothing(submission: Submission, code: str, text: str) -> Converted:
    key = _key_of_bytes(submission, sha256(submission.body).hexdigest(), 0, "")
    return Converted(0, None, None, (Finding(code, text),), key)


def _key_of_bytes(submission: Submission, digest: str, part: int, section: str) -> UUID:
    """What tells a part without an event from others: where it is from, its bytes."""
    parts = (submission.instance, digest, str(part), section)
    return uuid5(_NAMESPACE, _BETWEEN.join(parts))


def _raised(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _settings(channel: Channel, submission: Submission) -> dict[str, Tree]:
    defaults = {name: one.default for name, one in channel.settings.items()}
    return {**defaults, **submission.settings, "instance": submission.instance}


@dataclass(frozen=True, slots=True)
class _Part:
    """One item of a submission."""

    channel: Channel
    submission: Submission
    digest: str
    number: int
    scope: Scope
    examples: Examples | None = None

    def converted(self, remarks: tuple[Finding, ...]) -> Iterator[Converted]:
        """One event for each section that its native type goes through."""
        try:
            native = self._native_type()
        except Exception as error:  # noqa: BLE001 - whatever a submission brings is its own
            yield self._none(None, (*remarks, Finding("unforeseen", _raised(error))))
            return
        names = self.channel.sections_of(native) if native else None
        if names is None:
            text = f"{native!r} is no kind of message that {self.channel.name} has"
            if native is None:
                text = "nothing in it or its headers says which kind of message it is"
            found = (*remarks, Finding("unknown_type", text, value=native))
            yield self._none(native, found)
            return
        if not names:
            text = f"the channel takes no notice of {native!r}"
            yield self._none(native, (Finding("ignored_type", text),))
        for name in names:
            section = self.channel.sections[name]
            try:
                yield self._event(section, str(native), remarks)
            except Exception as error:  # noqa: BLE001 - a value nobody foresaw, of this part alone
                found = (*remarks, Finding("unforeseen", _raised(error)))
                yield self._none(native, found, section)

    def _native_type(self) -> str | None:
        """What the channel calls it; of what was fetched, what it was fetched as."""
        fetch = self.channel.fetch
        if self.submission.fetched and fetch is not None:
            return fetch.native_type
        return plain_text(self.channel.native_type(self.scope, Notebook()))

    def _none(
        self,
        native: str | None,
        findings: tuple[Finding, ...],
        section: Section | None = None,
        made: Mapping[str, object] | None = None,
    ) -> Converted:
        name = section.name if section else ""
        return Converted(
            self.number,
            native,
            None,
            findings,
            _key_of_bytes(self.submission, self.digest, self.number, name),
            name,
            section.event_type if section else "",
            str((made or {}).get("order_id") or ""),
            made,
        )

    def _event(
        self, section: Section, native: str, remarks: tuple[Finding, ...]
    ) -> Converted:
        notes = Notebook()
        notes.examples = None if self.examples is None else {}
        notes.findings.extend(remarks)
        scope = self._named(section, notes)
        made = section.make(scope, notes)
        values = made if isinstance(made, dict) else {}
        key = self._key(section, values, scope, notes)
        if key is None:
            notes.path = notes.source = ""
            notes.note("no_identity", "nothing says which order this is about")
            return self._none(native, tuple(notes.findings), section, values)
        data = self._completed(values, native, key)
        data["findings"] = [as_field(finding) for finding in notes.findings]
        try:
            validate(section.schema, data)
        except InvalidEventError as error:
            notes.findings.append(Finding("not_of_schema", str(error), error.field))
            return self._none(native, tuple(notes.findings), section, data)
        event = self._told(section, data, notes)
        if self.examples is not None and notes.examples is not None:
            found = self.examples.setdefault(section.name, {})
            found.update({n: v for n, v in notes.examples.items() if n not in found})
        return Converted(
            self.number,
            native,
            event,
            tuple(notes.findings),
            UUID(event.id),
            section.name,
            event.type,
            event.subject,
            event.data,
        )

    def _named(self, section: Section, notes: Notebook) -> Scope:
        """The scope with what the mapping gives names to, each known to the next."""
        named: dict[str, Tree] = {}
        scope = Scope(self.scope.item, None, {**self.scope.roots, "with": named})
        for name, make in section.names:
            notes.path = f"with.{name}"
            named[name] = make(scope, notes)
        return scope

    def _key(
        self,
        section: Section,
        values: Mapping[str, Tree],
        scope: Scope,
        notes: Notebook,
    ) -> str | None:
        order = values.get("order")
        native = order.get("id") if isinstance(order, dict) else None
        if native is None and section.key is not None:
            native = plain_text(section.key(scope, notes))
        if not native:
            return None
        return f"{self.channel.name}.{self.submission.instance}.{native}"

    def _completed(
        self, values: Mapping[str, Tree], native: str, key: str
    ) -> dict[str, object]:
        """The event's data with what intake knows itself."""
        submission = self.submission
        source = values.get("source")
        place = submission.place
        raw: dict[str, object] = {"sha256": self.digest, "part": self.number}
        if place is not None:
            raw |= {
                "topic": place.topic,
                "partition": place.partition,
                "offset": place.offset,
            }
        return {
            "order": {},
            "occurred_at": submission.observed_at,
            **values,
            "order_id": key,
            "channel": self.channel.name,
            "source": {
                **(source if isinstance(source, dict) else {}),
                "channel": self.channel.name,
                "instance": submission.instance,
                "native_type": native,
            },
            "observed_at": submission.observed_at,
            "via": submission.via,
            "raw": raw,
            "mapping_version": self.channel.version,
        }

    def _told(
        self, section: Section, data: Mapping[str, object], notes: Notebook
    ) -> Event:
        parts = [self._event_key(data, notes), section.event_type, section.name]
        head = (self.channel.name, self.submission.instance)
        moment = data["occurred_at"]
        return Event(
            id=str(uuid5(_NAMESPACE, _BETWEEN.join((*head, *parts)))),
            type=section.event_type,
            source=f"/intake/{self.submission.instance}",
            subject=str(data["order_id"]),
            time=moment
            if isinstance(moment, datetime)
            else self.submission.observed_at,
            data=data,
        )

    def _event_key(self, data: Mapping[str, object], notes: Notebook) -> str:
        """What makes the message the same as another: its own key, else its bytes."""
        texts = [plain_text(make(self.scope, notes)) for make in self.channel.event_id]
        if texts and all(texts):
            return _BETWEEN.join(str(text) for text in texts)
        version = str(data.get("source_version"))
        return _BETWEEN.join(
            (str(data["order_id"]), version, self.digest, str(self.number))
        )
