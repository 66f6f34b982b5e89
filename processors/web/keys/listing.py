"""All keys, the newest first, and the form that makes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from bus.access.keys import ApiKey
from bus.access.roles import GRANTS, Principal, Role, Scope, Tenancy
from processors.access.world import KeysWorld, keys_of
from processors.gateway.key_routes import KeyShown, key_shown, keys_world
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.web.pages import Page

_LATEST_S = 1e12


class KeysQuery(PageQuery):
    """Which keys are listed; sign-in links and their sessions only if asked for."""

    q: Annotated[str, Field(max_length=100)] = ""
    role: Literal["", "operator", "support", "producer", "partner", "reader"] = ""
    state: Literal["", "active", "expired", "revoked"] = ""
    links: Literal["", "yes"] = ""


class RoleTold(NamedTuple):
    """A role as the form offers it: what it is for, and what its keys may do."""

    role: Role
    meaning: str
    tenancy: Tenancy
    scopes: Sequence[Scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysView:
    """What the template reads; `roles` are those of which a key may be made."""

    query: KeysQuery
    rows: Sequence[KeyShown]
    shown: int
    all: int
    next: str | None
    previous: str | None
    roles: Sequence[RoleTold]
    tenant: str
    own: str


async def view(asked: Asked) -> KeysView:
    """The keys that are there for whoever looks."""
    query, world = asked.query_as(KeysQuery), await keys_world(asked)
    mine = [key for key in keys_of(world, asked.by) if query.links or key.link is None]
    fitting = sorted((key for key in mine if _fits(key, query, world)), key=_key)
    rows, after, before = cut(
        fitting,
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui keys {query.q} {query.role} {query.state} {query.links}",
    )
    return KeysView(
        query=query,
        rows=[key_shown(asked, world, key) for key in rows],
        shown=len(fitting),
        all=len(mine),
        next=after,
        previous=before,
        roles=grantable(asked.by),
        tenant=asked.by.tenant,
        own=asked.by.key_id,
    )


def grantable(by: Principal) -> Sequence[RoleTold]:
    """The roles of which somebody may make a key, with what it may do."""
    return [
        RoleTold(role, grant.meaning, grant.tenancy, sorted(grant.scopes))
        for role, grant in GRANTS.items()
        if by.may_grant(role, by.tenant) and (not by.tenant or _may_have_one(role))
    ]


def _may_have_one(role: Role) -> bool:
    return GRANTS[role].tenancy is not Tenancy.NEVER


def _fits(key: ApiKey, query: KeysQuery, world: KeysWorld) -> bool:
    text = f"{key.id} {key.tenant} {key.description} {key.created_by}".lower()
    return (
        query.q.lower() in text
        and query.role in {"", key.role.value}
        and query.state in {"", key.state(world.now)}
    )


def _key(key: ApiKey) -> str:
    return f"{_LATEST_S - key.created_at.timestamp():020.6f} {key.id}"


PAGES = (
    Page(
        path="/keys",
        name="keys",
        scope=Scope.KEYS_READ,
        view=view,
        template="keys.html.j2",
        query=KeysQuery,
        nav="Keys",
        find="q",
    ),
)
