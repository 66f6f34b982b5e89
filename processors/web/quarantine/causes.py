"""All that nobody could decode, by cause, in a producer's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.access.roles import Scope
from bus.delivery.quarantine import Meaning, meaning_of
from processors.gateway.causes import item_causes
from processors.gateway.routes import Asked
from processors.redrive.portfolio import Cause
from processors.web.pages import Page


class Group(NamedTuple):
    """One cause, and what it means."""

    cause: Cause
    meaning: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class CausesView:
    """What the template reads; `complete`: all were counted."""

    rows: Sequence[Group]
    pending: int
    complete: bool
    topics: int
    oldest_s: float | None
    newest_s: float | None
    may_write: bool
    why: str
    age_s: float


async def view(asked: Asked) -> CausesView:
    """What is pending."""
    known = await asked.api.glance.quarantined()
    causes = item_causes(known.value or ())
    found = [one for one in causes if one.count]
    now = asked.api.world.clock.now()
    return CausesView(
        rows=[Group(one, meaning_of(one.detail)) for one in causes],
        pending=sum(one.count for one in found),
        complete=all(one.complete for one in causes),
        topics=len({one.owner for one in found}),
        oldest_s=max((now - one.oldest_ms / 1e3 for one in found), default=None),
        newest_s=min((now - one.newest_ms / 1e3 for one in found), default=None),
        may_write=asked.by.may(Scope.QUARANTINE_WRITE),
        why=known.why,
        age_s=known.age_s,
    )


PAGES = (
    Page(
        path="/quarantine",
        name="quarantine",
        scope=Scope.QUARANTINE_READ,
        view=view,
        template="quarantine.html.j2",
        nav="Quarantine",
    ),
)
