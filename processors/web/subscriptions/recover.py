"""Past events once more, to one subscription: planned first, then done by a job."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.schedule import parse_moment
from bus.errors import NotReadyError
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
    force: Literal["", "yes"] = ""


@dataclass(frozen=True, slots=True)
class RecoverView:
    """What the template reads; `why` there is no plan; `refused`: it is not ready."""

    id: str
    since: str
    until: str
    plan: SpanPlan | None = None
    why: str = ""
    refused: str = ""


async def view(asked: Asked) -> RecoverView:
    """How many events it would be; nothing is delivered."""
    found, query = await subscription_of(asked), asked.query_as(RecoverQuery)
    if not query.since:
        return RecoverView(found.id, "", "")
    since, until = (_fixed(asked, text) for text in (query.since, query.until or "now"))
    wanted = SpanSelection(since=since, until=until)
    try:
        plan, refused = await _planned(asked, wanted)
    except NotReadyError as error:
        return RecoverView(found.id, since, until, why=str(error))
    except ProblemError as problem:
        if problem.kind is NOT_FOUND:
            raise
        return RecoverView(found.id, since, until, why=problem.detail)
    return RecoverView(found.id, since, until, plan, refused=refused)


async def _planned(asked: Asked, wanted: SpanSelection) -> tuple[SpanPlan, str]:
    """The plan, and why it would only begin if somebody insisted."""
    try:
        return (await _work(asked, wanted, dry_run=True)).plan, ""
    except NotReadyError as error:
        insisted = wanted.model_copy(update={"force": True})
        return (await _work(asked, insisted, dry_run=True)).plan, str(error)


async def begin(asked: Asked) -> Done:
    """Do what was planned, and go to the job."""
    form = asked.body_as(RecoverForm)
    force = form.force == "yes"
    wanted = SpanSelection(since=form.since, until=form.until, force=force)
    work = await _work(asked, wanted, dry_run=False)
    if work.job is None:
        to = href("subscriptions", asked.path["subscription"])
        return Done("No event of that time was to be delivered.", to)
    to = href("jobs", work.job.id)
    least = "" if work.plan.complete else "At least "
    several = "event is" if work.plan.wanted == 1 else "events are"
    text = f"{least}{work.plan.wanted} {several} delivered once more."
    return Done(text, to)


async def _work(asked: Asked, wanted: SpanSelection, *, dry_run: bool) -> SpanWork:
    question = asking(asked, query=DryRun(dry_run=dry_run), body=wanted)
    return content_of(await replay_span(question), SpanWork)


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
