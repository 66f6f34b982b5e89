"""Sources of intake over HTTP: listed, made, shown, changed."""

from collections.abc import Container, Mapping

from bus.access.roles import Principal, Scope
from bus.errors import InvalidSourceError
from bus.intake.sources import Source, State
from processors.gateway.paging import cut
from processors.gateway.problems import (
    CHANGED,
    CONFLICT,
    INVALID,
    NOT_FOUND,
    UNAVAILABLE,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.source_models import (
    NewSource,
    SourceChange,
    SourceQuery,
    SourceRow,
    SourceRows,
    SourceShown,
    SourceTaken,
)
from processors.sources import steps
from processors.sources.document import Draft, draft
from processors.sources.showing import listed, shown
from processors.sources.steps import Taken
from processors.sources.world import SourcesWorld

TAG = "Sources"
PATH = "/v1/sources"
ONE = f"{PATH}/{{source}}"
MOST_OF_TENANT = 100
_OPERATORS = ("fetch", "pull")


async def list_sources(asked: Asked) -> Reply:
    """A page of those that are there for whoever asks."""
    query, world = asked.query_as(SourceQuery), await world_of(asked)
    rows, after, before = cut(
        [one for one in mine(world, asked.by) if query.state in {None, one.state}],
        lambda one: one.id,
        limit=query.limit,
        cursor=query.cursor,
        about=f"sources {query.state}",
    )
    data = [
        SourceRow.model_validate(listed(one) | {"actions": actions(one, asked.by)})
        for one in rows
    ]
    return Reply(content=SourceRows(data=data, next=after, previous=before))


async def create_source(asked: Asked) -> Reply:
    """Topic, record, and secrets that are told once."""
    wanted, world = asked.body_as(NewSource), await world_of(asked)
    refuse_id(asked.by, wanted.id)
    refuse_more(world, asked.by, 1)
    taken = await steps.add(world, draft_of(wanted, asked.by))
    reply = told(world, taken)
    location = f"{PATH}/{taken.source.id}"
    return Reply(content=reply.content, etag=reply.etag, headers={"Location": location})


async def get_source(asked: Asked) -> Reply:
    """All that may be shown."""
    world = await world_of(asked)
    found = source_of(world, asked)
    fields = shown(found) | {"actions": actions(found, asked.by)}
    content = SourceShown.model_validate(fields)
    return Reply(content=content, etag=etag(world, found.id))


async def change_source(asked: Asked) -> Reply:
    """Change the fields that are given."""
    world = await world_of(asked)
    found = source_of(world, asked)
    fields = asked.body_as(SourceChange).model_dump(exclude_unset=True)
    if not fields:
        raise ProblemError(INVALID, "Nothing is to change.")
    refuse_fields(asked.by, fields)
    taken = await steps.update(world, found.id, fields, if_version=asked.version)
    return told(world, taken)


# --- what these and others have in common


def actions(source: Source, by: Principal) -> list[str]:
    """What somebody may do to a source now."""
    turn = "resume" if source.state is State.PAUSED else "pause"
    found = [turn] if by.may(Scope.SOURCES_OPERATE) else []
    more = ["change", "rotate_secret", "remove"]
    return [*found, *more] if by.may(Scope.SOURCES_WRITE) else found


async def world_of(asked: Asked) -> SourcesWorld:
    """Sources, what is done to them written down as the visitor's."""
    world = asked.api.sources
    await world.table.ready()
    return world.by(asked.by.key_id, asked.address)


def mine(world: SourcesWorld, by: Principal) -> list[Source]:
    """All sources that are there for somebody, by id."""
    return [one for one in world.table.all() if by.sees(one.owner)]


def source_of(world: SourcesWorld, asked: Asked) -> Source:
    """The source that the path names.

    Raises:
        ProblemError: there is none, for whoever asks; its record cannot be read; or it
            is not the version that If-Match names.
    """
    name = asked.path["source"]
    found = world.table.get(name)
    if found is not None and asked.by.sees(found.owner):
        if asked.version not in {None, world.table.version(name)}:
            raise ProblemError(CHANGED)
        return found
    if found is None and not asked.by.tenant and name in world.table.unreadable:
        raise ProblemError(CONFLICT, "Its stored record cannot be read.")
    raise ProblemError(NOT_FOUND)


def refuse_id(by: Principal, wanted: str) -> None:
    """Raise unless somebody may make a source of this id, whoever has one.

    Raises:
        InvalidSourceError: the same for an id that is taken and one that is not.
    """
    own = by.tenant
    if own and wanted != own and not wanted.startswith(f"{own}-"):
        raise InvalidSourceError("id", f"expected {own}, or {own}-…, for this key")


def refuse_more(world: SourcesWorld, by: Principal, more: int) -> None:
    """Raise if a tenant would have more sources than one may have.

    Raises:
        ProblemError: saying how many one may have.
    """
    if by.tenant and len(mine(world, by)) + more > MOST_OF_TENANT:
        raise ProblemError(
            CONFLICT, f"A tenant may have {MOST_OF_TENANT} sources; remove some first."
        )


def refuse_fields(by: Principal, fields: Container[str]) -> None:
    """Raise if a tenant would set what reaches into the bus's own machines.

    Raises:
        InvalidSourceError: it would.
    """
    for name in _OPERATORS:
        if by.tenant and name in fields:
            raise InvalidSourceError(name, "is set by the operators of the bus")


def draft_of(wanted: NewSource, by: Principal) -> Draft:
    """A draft of what is wanted; a tenant's own belongs to it.

    Raises:
        InvalidSourceError: with all problems.
    """
    fields: dict[str, object] = wanted.model_dump(exclude_unset=True)
    refuse_fields(by, fields)
    if by.tenant and wanted.owner not in {"", by.tenant}:
        raise InvalidSourceError("owner", f"expected {by.tenant}, for this key")
    fields["owner"] = by.tenant or wanted.owner
    return draft(fields)


def told(world: SourcesWorld, taken: Taken) -> Reply:
    """A source as it now stands, to whoever changed it."""
    content = SourceTaken.model_validate(told_fields(taken))
    return Reply(content=content, etag=etag(world, taken.source.id))


def told_fields(taken: Taken) -> Mapping[str, object]:
    """The same as plain values."""
    name, secret = taken.source.id, taken.path_secret
    return {
        "source": shown(taken.source),
        "secret": taken.secret,
        "path": None if secret is None else f"/in/{name}/{secret}",
        "warnings": list(taken.warnings),
    }


def etag(world: SourcesWorld, source_id: str) -> str:
    """The version of a source as an ETag."""
    return f'"{world.table.version(source_id)}"'


EXAMPLE = {"id": "shop-eu", "channel": "shopify", "title": "The shop", "rate": 50.0}

ROUTES = (
    Route(
        method="GET",
        path=PATH,
        operation="listSources",
        summary="List the sources of intake.",
        tag=TAG,
        scope=Scope.SOURCES_READ,
        handler=list_sources,
        query=SourceQuery,
        answer=SourceRows,
    ),
    Route(
        method="POST",
        path=PATH,
        operation="createSource",
        summary="Make a source.",
        description="Its topic is made, and a secret if none is given, which the "
        "answer tells this once; where the channel signs nothing, a secret address. An "
        "id that is taken is 409. A tenant's begin with its name: `acme`, or `acme-…`.",
        tag=TAG,
        scope=Scope.SOURCES_WRITE,
        handler=create_source,
        body=NewSource,
        answer=SourceTaken,
        status=201,
        problems=(CONFLICT, UNAVAILABLE),
        etag=True,
        idempotent=True,
        example=EXAMPLE,
    ),
    Route(
        method="GET",
        path=ONE,
        operation="getSource",
        summary="Show a source.",
        description="Of its secrets only the fingerprints.",
        tag=TAG,
        scope=Scope.SOURCES_READ,
        handler=get_source,
        answer=SourceShown,
        tenants=True,
        etag=True,
    ),
    Route(
        method="PATCH",
        path=ONE,
        operation="changeSource",
        summary="Change a source.",
        description="The fields that are given change, within a second and without a "
        "restart; all others stay.",
        tag=TAG,
        scope=Scope.SOURCES_WRITE,
        handler=change_source,
        body=SourceChange,
        answer=SourceTaken,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        etag=True,
        if_match="must",
        example={"rate": 20.0, "title": "The shop"},
    ),
)
