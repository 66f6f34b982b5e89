"""The events of one request, each by its place; with a key also by what it says."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bus.access.roles import Principal
from bus.contracts.catalogue import Catalogue
from bus.errors import InvalidEventError
from processors.gateway.event_models import NewEvent, NewEvents, Publication, Taken
from processors.gateway.problems import INVALID, Fault, ProblemError
from processors.gateway.routes import Asked
from processors.publishing import (
    NotPublished,
    Ready,
    Wish,
    checked,
    found_ready,
    repeatable_id,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One event of a request. By its name a corrected one is told from what it was."""

    place: int
    name: str
    type: str
    id: str | None
    ready: Ready | NotPublished


def parts_of(asked: Asked) -> tuple[Sequence[Part], bool]:
    """The events, checked, in order; and whether they came as a list.

    Raises:
        ProblemError: one has a source that is not this key's.
    """
    if isinstance(asked.body, Taken):
        several, events = asked.body.request
        taken = [_owned(asked.by, found_ready(event)) for event in events]
        return [
            _part(asked, place, ready) for place, ready in enumerate(taken)
        ], several
    sent = asked.body_as(Publication).root
    if isinstance(sent, NewEvents):
        return list(_judged(asked, sent.events)), True
    return list(_judged(asked, [sent])), False


def _judged(asked: Asked, events: Sequence[NewEvent]) -> Iterator[Part]:
    sources = [_source(asked.by, event.source) for event in events]
    for place, (event, source) in enumerate(zip(events, sources, strict=True)):
        wish = Wish(type=event.type, data=event.data, id=event.id, source=source)
        ready = _checked(asked.api.catalogue, wish)
        if isinstance(ready, Ready):
            yield _part(asked, place, ready)
        else:
            content = json.dumps(event.model_dump(), default=str).encode()
            name = _name(place, _digest(content)) if asked.key else str(place)
            yield Part(place, name, event.type, event.id, ready)


def _checked(catalogue: Catalogue, wish: Wish) -> Ready | NotPublished:
    try:
        return checked(catalogue, wish)
    except InvalidEventError as error:
        return NotPublished(error)


def _owned(by: Principal, ready: Ready) -> Ready:
    source = _source(by, ready.source)
    return ready if source == ready.source else replace(ready, source=source)


def _part(asked: Asked, place: int, ready: Ready) -> Part:
    """With a key, without an id of its own: one that a repeat has, too."""
    if not asked.key:
        return Part(place, str(place), ready.type, ready.id, ready)
    said = f"{ready.type}\n{ready.id or ''}\n{ready.source or ''}\n"
    digest = _digest(said.encode() + ready.body)
    if ready.id is None:
        own = repeatable_id(asked.by.tenant, asked.key, place, digest)
        ready = replace(ready, id=own)
    return Part(place, _name(place, digest), ready.type, ready.id, ready)


def _name(place: int, digest: str) -> str:
    return f"{place} {digest}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _source(by: Principal, given: str | None) -> str | None:
    """A tenant speaks for itself only: ids are unique within a source."""
    if not by.tenant:
        return given
    own = f"/{by.tenant}"
    if given is None or given == own or given.startswith(f"{own}/"):
        return given or own
    fault = Fault(pointer="#/source", detail=f"expected {own}, or something below it")
    raise ProblemError(INVALID, "The source is not this key's.", errors=[fault])
