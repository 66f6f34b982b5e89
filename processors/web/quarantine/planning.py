"""What a replay or discard would do, before anybody does it; and its beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.model import DryRun
from processors.gateway.quarantine import discard_items, replay_items
from processors.gateway.quarantine_models import ItemPlan, ItemWork
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Done, Page
from processors.web.quarantine.meant import REASONS, PlanQuery, command, selection
from processors.web.rendering import href

_PATH = "/quarantine/plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What the template reads."""

    query: PlanQuery
    reasons: Sequence[str]
    plan: ItemPlan
    fields: Sequence[tuple[str, str]]
    command: str


async def view(asked: Asked) -> PlanView:
    """Decode and count them; nothing is done."""
    query = asked.query_as(PlanQuery)
    work = await _work(asked, query, dry_run=True)
    return PlanView(
        query=query,
        reasons=REASONS,
        plan=work.plan,
        fields=[*_fields(query)],
        command=command(query),
    )


async def begin(asked: Asked) -> Done:
    """Begin the job."""
    form = asked.body_as(PlanQuery)
    work = await _work(asked, form, dry_run=False)
    if work.job is None:
        return Done("Nothing was left to be done.", href("quarantine"))
    doing = "Replaying" if form.act == "replay" else "Discarding"
    return Done(f"{doing} quarantined records.", href("jobs", work.job.id))


async def _work(asked: Asked, meant: PlanQuery, *, dry_run: bool) -> ItemWork:
    do = replay_items if meant.act == "replay" else discard_items
    to = asking(asked, query=DryRun(dry_run=dry_run), body=selection(meant))
    return content_of(await do(to), ItemWork)


def _fields(query: PlanQuery) -> Iterator[tuple[str, str]]:
    """The same again, for the form that begins it."""
    for name, value in query.model_dump(exclude={"place"}).items():
        if value:
            yield name, str(value)
    yield from (("place", one) for one in query.place)


PAGES = (
    Page(
        path=_PATH,
        name="planQuarantine",
        scope=Scope.QUARANTINE_WRITE,
        view=view,
        template="quarantine_plan.html.j2",
        query=PlanQuery,
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="redriveQuarantine",
        scope=Scope.QUARANTINE_WRITE,
        do=begin,
        form=PlanQuery,
        back="/quarantine/records",
    ),
)
