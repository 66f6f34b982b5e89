"""What can be done with a source: the steps of the API, as forms.

A secret is shown on the page that the form itself is answered by: it is in no cookie
and no address, and gone with that page.
"""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model, NoQuery
from processors.gateway.routes import Asked
from processors.gateway.source_models import (
    NewSource,
    SourceChange,
    SourceRemoval,
    SourceRotation,
    SourceTaken,
    Wrong,
)
from processors.gateway.source_steps import (
    pause_source,
    remove_source,
    resume_source,
    rotate_source_secret,
)
from processors.gateway.sources import change_source, create_source
from processors.gateway.subscription_models import Duration, Line, Pause, Resume
from processors.web.asking import Version, asking, checked, content_of
from processors.web.pages import Act, Again, Done
from processors.web.rendering import href
from processors.web.sources.one import PATH, TEMPLATE, seen

_GOOD = 200
_Name = Annotated[str, Field(min_length=1, max_length=63)]


class NewForm(Model):
    """A source to be made; without a secret, one is made if its channel signs."""

    id: _Name
    channel: _Name
    title: Line = ""
    account: Line = ""
    secret: Annotated[str, Field(max_length=10_000, repr=False)] = ""


class ChangeForm(Model):
    """What people change of one; an empty rate is none."""

    title: Line = ""
    account: Line = ""
    rate: Annotated[str, Field(pattern=r"^([0-9]{1,7}(\.[0-9]{1,3})?)?$")] = ""
    concurrency: Annotated[str, Field(pattern="^[0-9]{1,5}$")] = "64"
    unverified: Wrong = "refuse"
    version: Version = ""


class PauseForm(Model):
    """Why its sender is turned away."""

    reason: Line = ""


class RotateForm(Model):
    """How long the secrets before count as well, and that it is meant."""

    grace: Duration = "24h"
    secret: Annotated[str, Field(max_length=10_000, repr=False)] = ""
    sure: Literal["yes"]


class RemoveForm(Model):
    """That it is meant, and whether what it sent goes as well."""

    sure: Literal["yes"]
    purge: Literal["", "yes"] = ""


async def create(asked: Asked) -> Again:
    """Make one."""
    form = asked.body_as(NewForm)
    fields = form.model_dump() | {"secret": form.secret or None}
    wanted = checked(NewSource, fields, "It is not made.")
    reply = await create_source(asking(asked, body=wanted))
    return await _told(asked, content_of(reply, SourceTaken), "It is there.")


async def change(asked: Asked) -> Done:
    """Change its fields, within a second and without a restart."""
    form = asked.body_as(ChangeForm)
    fields: dict[str, object] = form.model_dump(exclude={"version"}) | {
        "rate": float(form.rate) if form.rate else None,
        "concurrency": int(form.concurrency),
    }
    if not form.rate:
        fields["burst"] = None  # means nothing without
    body = checked(SourceChange, fields, "It is not changed.")
    to = asking(asked, body=body, version=form.version)
    taken = content_of(await change_source(to), SourceTaken)
    return _done(asked, " ".join(["Changed.", *taken.warnings]))


async def pause(asked: Asked) -> Done:
    """Answer its sender as if there were none."""
    reason = asked.body_as(PauseForm).reason
    await pause_source(asking(asked, body=Pause(reason=reason)))
    return _done(asked, "Paused: what is sent meanwhile is 404, and not kept.")


async def resume(asked: Asked) -> Done:
    """Take submissions again."""
    await resume_source(asking(asked, body=Resume()))
    return _done(asked, "Resumed: it takes submissions again.")


async def rotate(asked: Asked) -> Again:
    """A new secret, or a new address where the channel signs nothing."""
    form = asked.body_as(RotateForm)
    fields = {"grace": form.grace, "secret": form.secret or None}
    body = checked(SourceRotation, fields, "It is not rotated.")
    reply = await rotate_source_secret(asking(asked, body=body))
    taken = content_of(reply, SourceTaken)
    said = f"Rotated; an old secret counts as well for {form.grace}."
    if taken.path:
        said = "Rotated; the old address has ended."
    return await _told(asked, taken, said)


async def remove(asked: Asked) -> Done:
    """Take it out."""
    purge = asked.body_as(RemoveForm).purge == "yes"
    await remove_source(asking(asked, query=SourceRemoval(purge=purge)))
    kept = "with all that it sent" if purge else "what it sent stays until it is old"
    return Done(f"{asked.path['source']} is removed: {kept}.", href("sources"))


async def _told(asked: Asked, taken: SourceTaken, said: str) -> Again:
    there = replace(asked, path={**asked.path, "source": taken.source.id})
    return Again(TEMPLATE, await seen(there, taken, said), _GOOD)


def _done(asked: Asked, text: str) -> Done:
    return Done(text, href("sources", asked.path["source"]))


ACTS = (
    Act(
        path="/sources",
        name="createSource",
        scope=Scope.SOURCES_WRITE,
        do=create,
        form=NewForm,
        back="/sources",
    ),
    Act(
        path=f"{PATH}/change",
        name="changeSource",
        scope=Scope.SOURCES_WRITE,
        do=change,
        form=ChangeForm,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/pause",
        name="pauseSource",
        scope=Scope.SOURCES_OPERATE,
        do=pause,
        form=PauseForm,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/resume",
        name="resumeSource",
        scope=Scope.SOURCES_OPERATE,
        do=resume,
        form=NoQuery,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/rotate-secret",
        name="rotateSourceSecret",
        scope=Scope.SOURCES_WRITE,
        do=rotate,
        form=RotateForm,
        back=PATH,
        tenants=True,
    ),
    Act(
        path=f"{PATH}/remove",
        name="removeSource",
        scope=Scope.SOURCES_WRITE,
        do=remove,
        form=RemoveForm,
        back=PATH,
        tenants=True,
    ),
)
