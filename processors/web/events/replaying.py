"""One event once more to one subscription: what would be done, then doing it.

One that is a pending dead letter is replayed as such, so that it is pending no more;
any other is delivered out of its source topic.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, Field

from bus.access.roles import Scope
from bus.delivery.subscription import Subscription
from bus.errors import OrderbusError
from bus.log.deliveries import DEAD_LETTER
from bus.log.rows import EventRow
from bus.log.tracks import Track
from bus.times import at_us, rfc3339
from processors.gateway.failures import problem_of
from processors.gateway.letter_models import LetterWork, ReplaySelection
from processors.gateway.letters import replay_letters
from processors.gateway.model import DryRun, Model
from processors.gateway.problems import INTERNAL, NOT_FOUND, ProblemError
from processors.gateway.reaching import of_event
from processors.gateway.routes import Asked
from processors.gateway.spans import SpanSelection, SpanWork, replay_span
from processors.gateway.tenants import subscription_of
from processors.web.asking import asking
from processors.web.commands import quoted
from processors.web.pages import Act, Done, Page
from processors.web.rendering import href

_ONE = "/events/{event}/replay"
Way: TypeAlias = Literal["letter", "event"]
Named: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]


class PlanQuery(Model):
    """To whom."""

    subscription: Named


class ReplayForm(Model):
    """To whom, which way, and whether even if it is paused or its breaker is open."""

    subscription: Named
    way: Way
    force: Literal["", "yes"] = ""


class Planned(NamedTuple):
    """What would be done: how many deliveries, to which topic, by which command."""

    way: Way
    wanted: int = 0
    to: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class PlanView:
    """What the template reads.

    `why`: it is not ready; with `forced` it may be done all the same.
    """

    event: EventRow
    subscription: str
    track: Track | None
    plan: Planned
    why: str
    forced: bool


class _Wish(NamedTuple):
    event: EventRow
    track: Track | None
    subscription: Subscription

    @property
    def since(self) -> str:
        """The millisecond that the event arrived in."""
        return rfc3339(at_us(self.event.arrived_us // 1_000 * 1_000))

    @property
    def until(self) -> str:
        """The one after it."""
        begin = at_us(self.event.arrived_us // 1_000 * 1_000)
        return rfc3339(begin + timedelta(milliseconds=1))


async def view(asked: Asked) -> PlanView:
    """What would be done; of one that is not ready, why."""
    name = asked.query_as(PlanQuery).subscription
    wish = await _wish(asked, name)
    plan, why, forced = Planned("event"), "", False
    for force in (False, True):
        try:
            plan = await _planned(asked, wish, force=force)
        except (ProblemError, OrderbusError) as error:
            why = _said(error)
        else:
            forced = force
            break
    return PlanView(
        event=wish.event,
        subscription=name,
        track=wish.track,
        plan=plan,
        why=why,
        forced=forced,
    )


async def replay(asked: Asked) -> Done:
    """Begin it, the way that was confirmed: asked twice, a letter is sent once."""
    form = asked.body_as(ReplayForm)
    name, to = form.subscription, href("events", asked.path["event"])
    wish = await _wish(asked, name)
    force = form.force == "yes"
    step = _letter if form.way == "letter" else _event
    plan = await step(asked, wish, force=force, dry=True)
    if not plan.wanted:
        text = f"Nothing is left to replay to {name}: it has been done already."
        return Done(text, to, good=False)
    await step(asked, wish, force=force, dry=False)
    text = f"Replay to {name} has begun: its attempts come to this page."
    return Done(text, f"{to}#to-{name}")


async def _wish(asked: Asked, name: str) -> _Wish:
    """Whom it is for, and what befell the event on the way there."""
    subscription = await subscription_of(replace(asked, path={"subscription": name}))
    known = await of_event(asked, asked.path["event"])
    tracks = (one for one in known.tracks if one.subscription == name)
    return _Wish(known.events[0], next(tracks, None), subscription)


async def _planned(asked: Asked, wish: _Wish, *, force: bool) -> Planned:
    """As a dead letter if it is a pending one, else out of its topic."""
    if wish.track is not None and wish.track.state == DEAD_LETTER:
        plan = await _letter(asked, wish, force=force, dry=True)
        if plan.wanted:
            return plan
    return await _event(asked, wish, force=force, dry=True)


async def _letter(asked: Asked, wish: _Wish, *, force: bool, dry: bool) -> Planned:
    name, event_id = wish.subscription.id, wish.event.event_id
    meant = ReplaySelection(events=[event_id], force=force)
    reply = await replay_letters(_asking(asked, name, meant, dry=dry))
    if not isinstance(reply.content, LetterWork):
        raise TypeError("a replay is answered by its plan")
    plan = reply.content.plan
    command = f"bus dlq replay {name} --event {quoted(event_id)}"
    return Planned("letter", plan.pending - plan.damaged, plan.to, command)


async def _event(asked: Asked, wish: _Wish, *, force: bool, dry: bool) -> Planned:
    name, event_id = wish.subscription.id, wish.event.event_id
    since, until = wish.since, wish.until
    meant = SpanSelection(since=since, until=until, event=event_id, force=force)
    reply = await replay_span(_asking(asked, name, meant, dry=dry))
    if not isinstance(reply.content, SpanWork):
        raise TypeError("a replay is answered by its plan")
    plan = reply.content.plan
    span = f"--from {since} --to {until}"
    command = f"bus replay {name} {span} --event {quoted(event_id)}"
    return Planned("event", plan.wanted, plan.to, command)


def _asking(asked: Asked, name: str, body: BaseModel, *, dry: bool) -> Asked:
    whose = replace(asked, path={"subscription": name})
    return asking(whose, query=DryRun(dry_run=dry), body=body)


def _said(error: ProblemError | OrderbusError) -> str:
    """Why it cannot be; what is not there stays so, and a bug a bug.

    Raises:
        ProblemError: either.
    """
    told = error if isinstance(error, ProblemError) else problem_of(error)
    if told.kind in {NOT_FOUND, INTERNAL}:
        raise error
    return told.detail or told.kind.title


PAGES = (
    Page(
        path=_ONE,
        name="replayEvent",
        scope=Scope.DELIVERIES_REPLAY,
        view=view,
        template="event_replay.html.j2",
        query=PlanQuery,
        tenants=True,
        example={
            "event": "4865c348-ad0d-40e8-8f16-d01a35c97fe8",
            "subscription": "acme-shop",
        },
    ),
)

ACTS = (
    Act(
        path=_ONE,
        name="replayEvent",
        scope=Scope.DELIVERIES_REPLAY,
        do=replay,
        form=ReplayForm,
        back="/events/{event}",
        tenants=True,
    ),
)
