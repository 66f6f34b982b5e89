"""What a part is known by where its submission did not simply come in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError
from bus.intake.converting import Converted
from bus.intake.findings import Finding, as_field
from bus.intake.merging.tables import Owner
from bus.intake.raw import Raw, place_text
from bus.intake.sources import Source
from bus.intake.submission import Place, Submission
from bus.intake.verifying.verdict import GOOD
from bus.record import Headers

_ANEW = UUID("f0c9a6de-1a34-5a3e-9a57-6f6f0a8fd2b4")
_UNTRUSTED = UUID("3a1f36c8-92c1-5d04-8a3c-52f1e6f4c1aa")
_ONLY = "in_only"
_WAS = "in_was"
AS_DOCUMENT: Headers = ((_WAS, b"fetch"),)
"""Headers of a record whose submission is what the channel's `fetch` brings."""


def owner_at(place: Place, part: int, topic_id: str) -> Owner:
    """The owner of what a part of the record at this place brings."""
    return Owner(f"{place_text(place)}#{part}", topic_id)


def anew(part: Converted, submission_id: str) -> Converted:
    """A part that is told once more, corrected, by an id of its own.

    Readers that know the first id would take the correction for a repeat. The same
    replay converted again has the same id again.
    """
    key = uuid5(_ANEW, f"{part.key} {submission_id}")
    event = None if part.event is None else replace(part.event, id=str(key))
    return replace(part, key=key, event=event)


def without_trust(part: Converted, raw: Raw) -> Converted:
    """A part without an event, if nobody can say that its sender is who it says.

    It is known by another key: who forges a message must not be able to make the real
    one a repeat.
    """
    if raw.verdict is None or raw.verdict in GOOD:
        return part
    text = f"its signature is {raw.verdict.value}"
    return replace(
        part,
        event=None,
        key=uuid5(_UNTRUSTED, f"{part.key} {raw.id}"),
        findings=(Finding("unverified", text), *part.findings),
    )


def with_raw_findings(part: Converted, found: Sequence[Finding]) -> Converted:
    """A part that says, too, what is wrong with how its submission was kept."""
    if not found:
        return part
    findings = (*part.findings, *found)
    event = part.event
    if event is None:
        return replace(part, findings=findings)
    data = {**event.data, "findings": [as_field(one) for one in findings]}
    return replace(part, event=replace(event, data=data), findings=findings, made=data)


def as_sent(raw: Raw, source: Source, headers: Headers) -> Raw:
    """A stored submission with what its source says of it today.

    `headers` are its record's: they say of a replay whether it was fetched once, and of
    what was pulled whether it is a document as those that complete a message.
    """
    submission = raw.submission
    was = next((value for name, value in headers if name == _WAS), b"")
    completes = submission.via == "fetch" and raw.of is not None
    fetched = completes or was == b"fetch"
    settled = replace(
        submission, instance=source.id, settings=source.settings, fetched=fetched
    )
    return replace(raw, submission=settled)


def replay_headers(parts: Sequence[Converted], submission: Submission) -> Headers:
    """What the record of a replay says more: which parts are meant, what it was."""
    only = json.dumps([name_of(part) for part in parts]).encode()
    return ((_ONLY, only), *(AS_DOCUMENT if submission.fetched else ()))


def name_of(part: Converted) -> str:
    """What a part is called within its submission; no two have the same name."""
    return f"{part.part}/{part.section}"


def is_meant(part: Converted, headers: Headers) -> bool:
    """Whether a submission's headers mean a part; without that header they mean all."""
    told = next((value for name, value in headers if name == _ONLY), None)
    if told is None:
        return True
    try:
        names = read_json(told)
    except DecodeError:
        return True
    return not isinstance(names, list) or name_of(part) in names
