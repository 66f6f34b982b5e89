"""Keys over HTTP: listed, made, rotated, revoked. A token is told once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from bus.access.keys import ApiKey
from bus.access.roles import Role, Scope
from bus.delivery.schedule import parse_duration
from processors.access.showing import shown_key
from processors.access.world import (
    KeysWorld,
    key_of,
    keys_of,
    outlived,
    refuse_grant,
    refuse_outliving,
)
from processors.access.writer import Made, Wish
from processors.gateway.model import Model, Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import CONFLICT, INVALID, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import Duration, Line, Owner
from processors.gateway.tenants import tenant_wanted

_PATH = "/v1/keys"
_ONE = f"{_PATH}/{{key}}"
_TAG = "Keys"
_MOST_OF_TENANT = 100


class KeyShown(Model):
    """What may be known of a key; never its token."""

    id: str
    role: str
    tenant: str
    state: Annotated[str, Field(description="active, expired or revoked.")]
    description: str
    created_at: str | None
    created_by: str
    expires_at: str | None
    old_token_until: Annotated[
        str | None,
        Field(description="So long the token before counts as well."),
    ]
    revoked_at: str | None
    last_used: Annotated[str | None, Field(description="The day of the last use.")]
    server_key: Annotated[str, Field(description="What its digest is under, by name.")]
    link: Annotated[
        Literal["", "open", "used"],
        Field(description="A sign-in link that waits for its use, or its session."),
    ] = ""
    actions: Sequence[Literal["rotate", "revoke"]] = ()


class KeyRows(Page[KeyShown]):
    """A page of keys, the oldest first."""


class NewKey(Model):
    """A key to be made: one that may do no more than yours."""

    role: Literal["operator", "support", "producer", "partner", "reader"]
    tenant: Owner = ""
    description: Line = ""
    expires_in: Annotated[
        Duration | None, Field(description="Without one it never expires.")
    ] = None


class KeyRotation(Model):
    """How a token is followed by another."""

    overlap: Annotated[
        Duration, Field(description="How long the old token counts as well.")
    ] = "24h"


class Revocation(Model):
    """Nothing needs to be said."""


class KeyMade(Model):
    """A key with its token."""

    key: KeyShown
    token: Annotated[str, Field(description="Shown this once, then never.")]


async def list_keys(asked: Asked) -> Reply:
    """Those that are there for whoever asks."""
    query, world = asked.query_as(PageQuery), await keys_world(asked)
    rows, after, before = cut(
        keys_of(world, asked.by),
        lambda key: f"{key.created_at.timestamp():020.6f} {key.id}",
        limit=query.limit,
        cursor=query.cursor,
        about="keys",
    )
    data = [key_shown(asked, world, key) for key in rows]
    return Reply(content=KeyRows(data=data, next=after, previous=before))


async def get_key(asked: Asked) -> Reply:
    """One of them."""
    world = await keys_world(asked)
    found = key_of(world, asked.by, asked.path["key"])
    return Reply(content=key_shown(asked, world, found))


async def create_key(asked: Asked) -> Reply:
    """Make one; a tenant's belongs to it."""
    wanted, world = asked.body_as(NewKey), await keys_world(asked)
    role, tenant = Role(wanted.role), tenant_wanted(asked.by, wanted.tenant)
    refuse_grant(asked.by, role, tenant)
    _refuse_more(asked, world)
    ends = None
    if wanted.expires_in is not None:
        ends = world.now + timedelta(seconds=parse_duration(wanted.expires_in))
    refuse_outliving(world, asked.by, ends, "expires_in")
    made = await world.writer.create(Wish(role, tenant, wanted.description, ends))
    return _made(asked, world, made)


def _refuse_more(asked: Asked, world: KeysWorld) -> None:
    """A tenant's keys make no others without end: all of them are kept, for ever."""
    new = world.now - timedelta(days=1)
    held = [
        key
        for key in (keys_of(world, asked.by) if asked.by.tenant else ())
        if key.link is None
        and (key.state(world.now) == "active" or key.created_at > new)
    ]
    if len(held) >= _MOST_OF_TENANT:
        raise ProblemError(
            CONFLICT,
            f"A tenant may have {_MOST_OF_TENANT} keys that count or were made within"
            " a day.",
        )


async def rotate_key(asked: Asked) -> Reply:
    """A new token, told once."""
    world, overlap = await keys_world(asked), asked.body_as(KeyRotation).overlap
    found = key_of(world, asked.by, asked.path["key"])
    refuse_grant(asked.by, found.role, found.tenant)
    refuse_outliving(world, asked.by, found.expires_at, "id")
    made = await world.writer.rotate(found.id, parse_duration(overlap))
    return _made(asked, world, made)


async def revoke_key(asked: Asked) -> Reply:
    """End it for good."""
    world = await keys_world(asked)
    found = key_of(world, asked.by, asked.path["key"])
    changed = await world.writer.revoke(found.id)
    return Reply(content=key_shown(asked, world, changed.after))


async def keys_world(asked: Asked) -> KeysWorld:
    """Keys, what is done to them written down as the visitor's."""
    world = asked.api.keys.world
    await world.table.ready()
    return world.by(asked.by.key_id, asked.address)


def _made(asked: Asked, world: KeysWorld, made: Made) -> Reply:
    content = KeyMade(key=key_shown(asked, world, made.key), token=made.token)
    return Reply(content=content)


def key_shown(asked: Asked, world: KeysWorld, key: ApiKey) -> KeyShown:
    """A key as whoever asks sees it, with what that one may do."""
    able = key.state(world.now) == "active" and asked.by.may(Scope.KEYS_WRITE)
    actions: list[str] = []
    if able:
        grants = asked.by.may_grant(key.role, key.tenant)
        longer = outlived(world, asked.by, key.expires_at) is not None
        turns = grants and not longer and key.link is None
        actions = ["rotate", "revoke"] if turns else ["revoke"]
    fields = {**shown_key(key, world.now), "actions": actions}
    return KeyShown.model_validate(fields)


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="listKeys",
        summary="List the keys, the oldest first. Never a token.",
        tag=_TAG,
        scope=Scope.KEYS_READ,
        handler=list_keys,
        query=PageQuery,
        answer=KeyRows,
    ),
    Route(
        method="POST",
        path=_PATH,
        operation="createKey",
        summary="Make a key; the answer tells its token this once.",
        description="One that may do no more than yours, and ends no later. A tenant's "
        "is its own.",
        tag=_TAG,
        scope=Scope.KEYS_WRITE,
        handler=create_key,
        body=NewKey,
        answer=KeyMade,
        status=201,
        problems=(INVALID, CONFLICT, UNAVAILABLE),
        idempotent=True,
        example={"role": "reader", "tenant": "acme", "expires_in": "90d"},
    ),
    Route(
        method="GET",
        path=_ONE,
        operation="getKey",
        summary="Show a key.",
        tag=_TAG,
        scope=Scope.KEYS_READ,
        handler=get_key,
        answer=KeyShown,
        tenants=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/rotate",
        operation="rotateKey",
        summary="Give a key a new token; the answer tells it this once.",
        description="The one before counts until the overlap ends; `0s` where it has "
        "leaked. Two tokens count, never three.",
        tag=_TAG,
        scope=Scope.KEYS_WRITE,
        handler=rotate_key,
        body=KeyRotation,
        answer=KeyMade,
        problems=(INVALID, UNAVAILABLE),
        tenants=True,
        idempotent=True,
        optional_body=True,
        example={"overlap": "48h"},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/revoke",
        operation="revokeKey",
        summary="End a key for good, within moments everywhere.",
        tag=_TAG,
        scope=Scope.KEYS_WRITE,
        handler=revoke_key,
        body=Revocation,
        answer=KeyShown,
        problems=(UNAVAILABLE,),
        tenants=True,
        idempotent=True,
        optional_body=True,
        example={},
    ),
)
