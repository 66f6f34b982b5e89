"""One key: what is known of it, what it may do, what can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bus.access.roles import GRANTS, MEANINGS, Role, Scope, scopes_of
from processors.gateway.key_routes import KeyShown, get_key
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """What the template reads; `scopes` are all that its holder may do."""

    one: KeyShown
    meaning: str
    scopes: Mapping[str, str]
    own: bool
    whole: bool


async def view(asked: Asked) -> KeyView:
    """The key that the path names."""
    one = content_of(await get_key(asking(asked)), KeyShown)
    role = Role(one.role)
    may = scopes_of(role, one.tenant)
    return KeyView(
        one=one,
        meaning=GRANTS[role].meaning,
        scopes={scope: MEANINGS[scope] for scope in Scope if scope in may},
        own=one.id == asked.by.key_id,
        whole=not asked.by.tenant,
    )


PAGES = (
    Page(
        path="/keys/{key}",
        name="key",
        scope=Scope.KEYS_READ,
        view=view,
        template="key.html.j2",
        tenants=True,
        example={"key": "mfrggzdfmz"},
    ),
)
