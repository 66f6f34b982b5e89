"""One migration: gates, comparisons, steps; a step up, a step back."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.migration_models import (
    BackGiven,
    MigrationShown,
    StepGiven,
)
from processors.gateway.migrations import (
    get_migration,
    step_migration,
    take_back_migration,
)
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply
from processors.gateway.subscription_models import Line
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Done, Page
from processors.web.rendering import href

PATH = "/migrations/{migration}"
EXAMPLE = {"migration": "soylent-tax"}


EpochField: TypeAlias = Annotated[str, Field(pattern="^[0-9]{0,9}$")]


class StepForm(Model):
    """Why orders move; with `force`, though a gate is closed."""

    why: Line = ""
    force: Literal["", "yes"] = ""
    epoch: EpochField = ""


class BackForm(Model):
    """Why orders go back, and how far."""

    why: Line = ""
    epoch: EpochField = ""
    far: Annotated[Literal["one", "all"], Field(description="One rung, or all.")] = (
        "one"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationView:
    """What the template reads."""

    one: MigrationShown


async def view(asked: Asked) -> MigrationView:
    """The one that the path names."""
    return MigrationView(
        one=content_of(await get_migration(asking(asked)), MigrationShown)
    )


async def step(asked: Asked) -> Done:
    """Go on by one rung."""
    form = asked.body_as(StepForm)
    body = StepGiven(why=form.why, force=form.force == "yes", epoch=_left(form))
    return _done(asked, await step_migration(asking(asked, body=body)), "On")


async def back(asked: Asked) -> Done:
    """Take orders back."""
    form = asked.body_as(BackForm)
    body = BackGiven(why=form.why, at_all=form.far == "all", epoch=_left(form))
    return _done(asked, await take_back_migration(asking(asked, body=body)), "Back")


def _left(form: StepForm | BackForm) -> int | None:
    """The epoch that whoever sent the form had looked at."""
    return int(form.epoch) if form.epoch else None


def _done(asked: Asked, reply: Reply, way: str) -> Done:
    one = content_of(reply, MigrationShown)
    notice = f"{way}: {one.phase}, {one.share} % of the orders are the new side's."
    return Done(notice, href("migrations", asked.path["migration"]))


PAGES = (
    Page(
        path=PATH,
        name="migration",
        scope=Scope.MIGRATIONS_READ,
        view=view,
        template="migration.html.j2",
        example=EXAMPLE,
    ),
)
ACTS = (
    Act(
        path=f"{PATH}/step",
        name="stepMigration",
        scope=Scope.MIGRATIONS_WRITE,
        do=step,
        form=StepForm,
        back=PATH,
    ),
    Act(
        path=f"{PATH}/back",
        name="takeBackMigration",
        scope=Scope.MIGRATIONS_WRITE,
        do=back,
        form=BackForm,
        back=PATH,
    ),
)
