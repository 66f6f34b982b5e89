"""A migration planned, or its plan changed, by a form."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.migration_models import MigrationPlan, MigrationShown
from processors.gateway.migrations import plan_migration
from processors.gateway.model import Model
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import Line
from processors.web.asking import asking, checked, content_of
from processors.web.pages import Act, Done
from processors.web.rendering import href

_Text = Annotated[str, Field(max_length=200)]


class PlanForm(Model):
    """How it is to go; what is left empty stays, or is as usual."""

    id: Annotated[str, Field(min_length=1, max_length=63)]
    old: Annotated[str, Field(max_length=63)] = ""
    about: Line = ""
    shares: _Text = ""
    overlap_s: Annotated[str, Field(max_length=20)] = ""
    limits: _Text = ""
    force: Literal["", "yes"] = ""


async def plan(asked: Asked) -> Done:
    """Make it, or change how it is to go."""
    form = asked.body_as(PlanForm)
    fields: dict[str, object] = {
        "old": form.old,
        "about": form.about,
        "shares": [_number(one) for one in _words(form.shares)],
        "overlap_s": form.overlap_s and _number(form.overlap_s),
        "limits": dict(_limit(one) for one in _words(form.limits)),
        "force": form.force == "yes",
    }
    given = {name: value for name, value in fields.items() if value not in ("", [])}
    body = checked(MigrationPlan, given, "Nothing was planned.")
    of_one = replace(asking(asked, body=body), path={"migration": form.id})
    one = content_of(await plan_migration(of_one), MigrationShown)
    text = f"Planned: {one.phase}, {one.share} % of the orders are the new side's."
    return Done(text, href("migrations", one.id))


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _limit(text: str) -> tuple[str, object]:
    name, _, number = text.partition("=")
    return name, _number(number)


def _number(text: str) -> object:
    """A number; what is none stays a text, and is refused as the API refuses it."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


ACTS = (
    Act(
        path="/migrations",
        name="planMigration",
        scope=Scope.MIGRATIONS_WRITE,
        do=plan,
        form=PlanForm,
        back="/migrations",
    ),
)
