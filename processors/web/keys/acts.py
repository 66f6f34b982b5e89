"""What can be done with keys: made, rotated, revoked.

A token is shown on the page that the form itself is answered by: it is in no cookie
and no address, and gone with that page.
"""

from dataclasses import dataclass, field
from typing import Literal

from bus.access.roles import Scope
from processors.gateway.key_routes import (
    KeyMade,
    KeyRotation,
    KeyShown,
    NewKey,
    Revocation,
    create_key,
    revoke_key,
    rotate_key,
)
from processors.gateway.model import Model
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import Duration, Line, Owner
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Again, Done
from processors.web.rendering import href

_ONE = "/keys/{key}"
_GOOD = 200


class KeyForm(Model):
    """A key to be made; when it ends may be left empty: never."""

    role: Literal["operator", "support", "producer", "partner", "reader"]
    tenant: Owner = ""
    description: Line = ""
    expires: Duration | Literal[""] = ""


class RotateForm(Model):
    """How long the token before counts as well, and that it is meant."""

    overlap: Duration = "24h"
    sure: Literal["yes"]


class RevokeForm(Model):
    """That it is meant."""

    sure: Literal["yes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeView:
    """A token, this once; `until` is how long the one before counts, if there was."""

    key: KeyShown
    token: str = field(repr=False)
    until: str
    own: bool


async def create(asked: Asked) -> Again:
    """Make one."""
    form = asked.body_as(KeyForm)
    wanted = NewKey(
        role=form.role,
        tenant=form.tenant,
        description=form.description,
        expires_in=form.expires or None,
    )
    reply = await create_key(asking(asked, body=wanted))
    return _made(asked, content_of(reply, KeyMade), "")


async def rotate(asked: Asked) -> Again:
    """A new token."""
    overlap = asked.body_as(RotateForm).overlap
    reply = await rotate_key(asking(asked, body=KeyRotation(overlap=overlap)))
    return _made(asked, content_of(reply, KeyMade), overlap)


async def revoke(asked: Asked) -> Done:
    """End it for good."""
    reply = await revoke_key(asking(asked, body=Revocation()))
    gone = content_of(reply, KeyShown)
    return Done(f"{gone.id} is revoked: it counts nowhere.", href("keys", gone.id))


def _made(asked: Asked, made: KeyMade, until: str) -> Again:
    view = MadeView(
        key=made.key,
        token=made.token,
        until=until,
        own=made.key.id == asked.by.key_id,
    )
    return Again("key_made.html.j2", view, status=_GOOD)


ACTS = (
    Act(
        path="/keys",
        name="createKey",
        scope=Scope.KEYS_WRITE,
        do=create,
        form=KeyForm,
        back="/keys",
    ),
    Act(
        path=f"{_ONE}/rotate",
        name="rotateKey",
        scope=Scope.KEYS_WRITE,
        do=rotate,
        form=RotateForm,
        back=_ONE,
        tenants=True,
    ),
    Act(
        path=f"{_ONE}/revoke",
        name="revokeKey",
        scope=Scope.KEYS_WRITE,
        do=revoke,
        form=RevokeForm,
        back=_ONE,
        tenants=True,
    ),
)
