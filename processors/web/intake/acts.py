"""What can be decided about parked orders: the steps of the API, as forms."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bus.access.roles import Scope
from processors.gateway.model import DryRun, Model
from processors.gateway.parked import (
    assign_item,
    reject_item,
    release_item,
    snooze_item,
)
from processors.gateway.parked_decisions import (
    Assign,
    By,
    GroupWork,
    Reject,
    Release,
    Snooze,
    Split,
)
from processors.gateway.parked_groups import decide_group, split_group
from processors.gateway.routes import Asked, Handler
from processors.gateway.subscription_models import Duration, Line
from processors.web.asking import Version, asking, content_of
from processors.web.pages import Act, Do, Done
from processors.web.rendering import href

_ITEM = "/intake/orders/{item}"
_GROUP = "/intake/groups/{group}"


class _OfVersion(Model):
    """`version` is that of the item the form stood beside; a group has none."""

    version: Version = ""


class ReleaseForm(_OfVersion):
    """Why it goes on."""

    why: Line = ""
    raw: Literal["", "yes"] = ""


class RejectForm(_OfVersion):
    """Why it is turned away, and that it is meant."""

    why: Annotated[Line, Field(min_length=1)]


class AssignForm(_OfVersion):
    """Who looks after it."""

    to: Annotated[Line, Field(max_length=100)] = ""


class SnoozeForm(_OfVersion):
    """How long it is put off."""

    duration: Duration = "4h"
    why: Line = ""


class SplitForm(Model):
    """By which field; empty: it is made whole again."""

    by: By | Literal[""] = ""


def _body(form: BaseModel | None) -> BaseModel:
    """What a form says, as the API has it."""
    match form:
        case ReleaseForm():
            return Release(why=form.why, raw=bool(form.raw))
        case RejectForm():
            return Reject(why=form.why)
        case AssignForm():
            return Assign(to=form.to)
        case SnoozeForm():
            return Snooze(duration=form.duration, why=form.why)
        case _:
            raise TypeError(type(form).__name__)


_SAID: Mapping[str, str] = {
    "release": "Released: it goes on, or comes back here with what still fails.",
    "reject": "Rejected: the OMS does not get it; the original is kept.",
    "assign": "Assigned.",
    "snooze": "Put off: it goes on waiting, and is listed under snoozed.",
}


def _of_item(action: str, handler: Handler) -> Act:
    async def do(asked: Asked) -> Done:
        form = asked.body_as(_OfVersion)
        await handler(asking(asked, body=_body(form), version=form.version))
        return Done(_SAID[action], href("intake", "orders", asked.path["item"]))

    return _act(f"{_ITEM}/{action}", f"{action}Parked", action, do)


def _of_group(action: str) -> Act:
    async def do(asked: Asked) -> Done:
        to = asking(asked, query=DryRun(), body=_body(asked.body))
        work = content_of(await decide_group(to), GroupWork)
        if work.job is None:
            raise TypeError("what is no dry run has a job")
        text = f"{action.capitalize()}: {work.plan.meant} parked orders."
        return Done(text, href("jobs", work.job.id))

    return _act(f"{_GROUP}/{action}", f"{action}ParkedGroup", action, do)


_FORMS: Mapping[str, type[Model]] = {
    "release": ReleaseForm,
    "reject": RejectForm,
    "assign": AssignForm,
    "snooze": SnoozeForm,
}


def _act(path: str, name: str, action: str, do: Do) -> Act:
    return Act(
        path=path,
        name=name,
        scope=Scope.PARKED_WRITE,
        do=do,
        form=_FORMS[action],
        back=path.rpartition("/")[0],
        tenants=True,
    )


async def split(asked: Asked) -> Done:
    """Split a group, or make it whole again."""
    by = asked.body_as(SplitForm).by
    await split_group(asking(asked, body=Split(by=by or None)))
    text = f"Split by {by}." if by else "It is whole again."
    return Done(text, href("intake"))


ACTS = (
    *(
        _of_item(action, handler)
        for action, handler in (
            ("release", release_item),
            ("reject", reject_item),
            ("assign", assign_item),
            ("snooze", snooze_item),
        )
    ),
    *(_of_group(action) for action in _FORMS),
    Act(
        path=f"{_GROUP}/split",
        name="splitParkedGroup",
        scope=Scope.PARKED_WRITE,
        do=split,
        form=SplitForm,
        back=_GROUP,
        tenants=True,
    ),
)
