"""What a replay or discard would do, before anybody does it; and its beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bus.access.roles import Scope
from bus.errors import NotReadyError
from processors.gateway.letter_models import LetterPlan, LetterWork, Selection
from processors.gateway.letters import discard_letters, replay_letters
from processors.gateway.model import DryRun
from processors.gateway.routes import Asked
from processors.gateway.tenants import letters_owner
from processors.web.asking import asking, content_of
from processors.web.letters.meant import (
    REASONS,
    PlanForm,
    PlanQuery,
    command,
    selection,
)
from processors.web.pages import Act, Done, Page
from processors.web.rendering import href, linked

_PATH = "/subscriptions/{subscription}/dead-letters/plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What the template reads; `refused`: why it is not ready to take them."""

    subscription: str
    query: PlanQuery
    reasons: Sequence[str]
    plan: LetterPlan
    refused: str
    fields: Sequence[tuple[str, str]]
    command: str

    @property
    def count(self) -> int:
        """How many it would be done with."""
        damaged = self.plan.damaged if self.query.act == "replay" else 0
        return self.plan.pending - damaged


async def view(asked: Asked) -> PlanView:
    """Count them; nothing is done."""
    query, name = asked.query_as(PlanQuery), await letters_owner(asked)
    refused = ""
    try:
        work = await _work(asked, query, force=False, dry_run=True)
    except NotReadyError as error:
        refused = str(error)
        work = await _work(asked, query, force=True, dry_run=True)
    return PlanView(
        subscription=name,
        query=query,
        reasons=REASONS,
        plan=work.plan,
        refused=refused,
        fields=[*_fields(query)],
        command=command(name, query, force=bool(refused)),
    )


async def begin(asked: Asked) -> Done:
    """Begin the job; where it is not ready, show the plan, which says why."""
    form, name = asked.body_as(PlanForm), asked.path["subscription"]
    force = form.force == "yes"
    try:
        work = await _work(asked, form, force=force, dry_run=False)
    except NotReadyError:
        if force:
            raise
        plan = PlanQuery(**form.model_dump(exclude={"force"}))
        path = f"subscriptions/{quote(name, safe='')}/dead-letters/plan"
        return Done("Nothing was done yet.", linked(path, plan))
    if work.job is None:
        return Done(
            "Nothing was left to be done.", href("subscriptions", name, "dead-letters")
        )
    doing = "Replaying" if form.act == "replay" else "Discarding"
    return Done(f"{doing} dead letters of {name}.", href("jobs", work.job.id))


async def _work(
    asked: Asked, meant: PlanQuery, *, force: bool, dry_run: bool
) -> LetterWork:
    said = selection(meant, force=force)
    if meant.act == "replay":
        to = asking(asked, query=DryRun(dry_run=dry_run), body=said)
        return content_of(await replay_letters(to), LetterWork)
    less = Selection.model_validate(said.model_dump(exclude={"force"}))
    to = asking(asked, query=DryRun(dry_run=dry_run), body=less)
    return content_of(await discard_letters(to), LetterWork)


def _fields(query: PlanQuery) -> Iterator[tuple[str, str]]:
    """The same again, for the form that begins it."""
    for name, value in query.model_dump(exclude={"event"}).items():
        if value:
            yield name, str(value)
    yield from (("event", one) for one in query.event)


PAGES = (
    Page(
        path=_PATH,
        under="/dead-letters",
        name="planDeadLetters",
        scope=Scope.LETTERS_WRITE,
        view=view,
        template="dead_letters_plan.html.j2",
        query=PlanQuery,
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="redriveDeadLetters",
        scope=Scope.LETTERS_WRITE,
        do=begin,
        form=PlanForm,
        back="/subscriptions/{subscription}/dead-letters",
        tenants=True,
    ),
)
