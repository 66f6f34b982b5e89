"""Past events once more, to one subscription: planned first, then done by a job."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.schedule import parse_moment
from bus.times import moment_of, rfc3339
from processors.gateway.model import DryRun, Model
from processors.gateway.moments import PATTERN, Moment
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.spans import SpanPlan, SpanSelection, SpanWork, replay_span
from processors.gateway.tenants import subscription_of
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Done, Page
from processors.web.rendering import href

_PATH = "/subscriptions/{subscription}/recover"

_EARLIEST_S = 946_684_800.0
"""2000: before that no time is read, and nothing is kept."""


class RecoverQuery(Model):
    """Which time is planned; without its beginning, none."""

    since: Annotated[str, Field(pattern=rf"^$|{PATTERN}")] = ""
    until: Annotated[str, Field(pattern=rf"^$|{PATTERN}")] = ""


class RecoverForm(Model):
    """What was planned, as it stood in the plan."""

    since: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class RecoverView:
    """What the template reads; `why` there is no plan."""

    id: str
    since: str
    until: str
    plan: SpanPlan | None
    why: str


async def view(asked: Asked) -> RecoverView:
    """How many events it would be; nothing is delivered."""
    found, query = await subscription_of(asked), asked.query_as(RecoverQuery)
    if not query.since:
        return RecoverView(found.id, "", "", None, "")
    since, until = (_fixed(asked, text) for text in (query.since, query.until or "now"))
    question = asking(
        asked, query=DryRun(dry_run=True), body=SpanSelection(since=since, until=until)
    )
    try:
        plan = content_of(await replay_span(question), SpanWork).plan
    except ProblemError as problem:
        if problem.kind is NOT_FOUND:
            raise
        return RecoverView(found.id, since, until, None, problem.detail)
    return RecoverView(found.id, since, until, plan, "")


async def begin(asked: Asked) -> Done:
    """Do what was planned, and go to the job."""
    form = asked.body_as(RecoverForm)
    wanted = SpanSelection(since=form.since, until=form.until)
    question = asking(asked, query=DryRun(), body=wanted)
    work = content_of(await replay_span(question), SpanWork)
    to = href("jobs", work.job.id) if work.job else href("jobs")
    return Done(f"{work.plan.wanted} events are delivered once more.", to)


def _fixed(asked: Asked, text: str) -> str:
    """A time that means the same when the plan is confirmed."""
    try:
        found = parse_moment(text, asked.api.world.clock.now())
    except ValueError:
        return text
    return rfc3339(moment_of(max(found, _EARLIEST_S) * 1000))


PAGES = (
    Page(
        path=_PATH,
        name="recover",
        scope=Scope.DELIVERIES_REPLAY,
        view=view,
        template="subscription_recover.html.j2",
        query=RecoverQuery,
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)

ACTS = (
    Act(
        path=_PATH,
        name="beginRecovery",
        scope=Scope.DELIVERIES_REPLAY,
        do=begin,
        form=RecoverForm,
        back=_PATH,
        tenants=True,
    ),
)
