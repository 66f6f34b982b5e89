"""Fix once: what a group would come to by now, before anybody releases it."""

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.errors import InvalidMappingError
from processors.gateway.model import DryRun, Model, PageQuery
from processors.gateway.parked_decisions import (
    Fix,
    FixPlan,
    FixWork,
)
from processors.gateway.parked_groups import fix_group, get_group, list_groups
from processors.gateway.parked_models import (
    ParkedGroup,
    ParkedGroups,
)
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import Line
from processors.web.asking import asking, content_of
from processors.web.intake.group import EXAMPLE
from processors.web.pages import Act, Again, Done, Page
from processors.web.rendering import href

_PATH = "/intake/groups/{group}/fix"
_TEMPLATE = "intake_fix.html.j2"


class FixForm(Model):
    """A mapping to be tried instead; empty: as things are."""

    mapping: Annotated[str, Field(max_length=500_000)] = ""
    why: Line = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixView:
    """What the template reads."""

    one: ParkedGroup
    plan: FixPlan
    currency: str
    mapping: str
    wrong: str = ""


async def view(asked: Asked) -> FixView:
    """Try all of it as things are; nothing is done."""
    return await _tried(asked, "")


async def begin(asked: Asked) -> Done | Again:
    """Try it with another mapping, or release what passes."""
    form = asked.body_as(FixForm)
    if form.mapping.strip():
        try:
            return Again(_TEMPLATE, await _tried(asked, form.mapping), 200)
        except InvalidMappingError as error:
            as_is = await _tried(asked, "")
            seen = replace(as_is, mapping=form.mapping, wrong=str(error))
            return Again(_TEMPLATE, seen)
    work = await _work(asked, Fix(why=form.why), dry_run=False)
    if work.job is None:
        back = href("intake", "groups", asked.path["group"], "fix")
        return Done("Nothing of it passes yet: nothing was released.", back, good=False)
    text = f"Releasing {work.plan.passing} parked orders; the group is fixed."
    return Done(text, href("jobs", work.job.id))


async def _tried(asked: Asked, mapping: str) -> FixView:
    one = content_of(await get_group(asking(asked)), ParkedGroup)
    ranked = await list_groups(asking(asked, query=PageQuery(limit=1)))
    currency = content_of(ranked, ParkedGroups).terms.currency
    work = await _work(asked, Fix(mapping=mapping), dry_run=True)
    return FixView(one=one, plan=work.plan, currency=currency, mapping=mapping)


async def _work(asked: Asked, body: Fix, *, dry_run: bool) -> FixWork:
    to = asking(asked, query=DryRun(dry_run=dry_run), body=body)
    return content_of(await fix_group(to), FixWork)


PAGES = (
    Page(
        path=_PATH,
        name="fixParked",
        scope=Scope.PARKED_WRITE,
        view=view,
        template=_TEMPLATE,
        tenants=True,
        example=EXAMPLE,
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="fixParkedGroup",
        scope=Scope.PARKED_WRITE,
        do=begin,
        form=FixForm,
        back="/intake/groups/{group}",
        tenants=True,
    ),
)
