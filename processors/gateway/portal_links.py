"""Sign-in links of the portal, made over HTTP: for embedding it into other pages."""

from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Role, Scope
from bus.delivery.schedule import parse_duration
from bus.times import rfc3339
from processors.access.links import LinkWish, make_link, path_of
from processors.access.world import refuse_grant
from processors.gateway.model import Model
from processors.gateway.problems import CONFLICT, INVALID, UNAVAILABLE
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import Duration, Owner
from processors.gateway.tenants import tenant_wanted


class NewPortalLink(Model):
    """Whom a link signs in as, and for how long it can be used."""

    tenant: Annotated[
        Owner, Field(description="A tenant's own key need not name it.")
    ] = ""
    role: Literal["partner", "reader"] = "partner"
    expires_in: Annotated[
        Duration, Field(description="How long it waits for its one use, up to 24h.")
    ] = "10m"


class PortalLink(Model):
    """A link that signs in once."""

    id: Annotated[str, Field(description="Of its key, to revoke it by.")]
    tenant: str
    role: str
    expires_at: str
    path: Annotated[
        str,
        Field(
            description="Put the gateway's address before it. What stands behind `#` "
            "is shown this once, is never sent in a URL, and ends with its use."
        ),
    ]


async def make_portal_link(asked: Asked) -> Reply:
    """One for a tenant; a tenant's own keys make their own."""
    wanted, world = asked.body_as(NewPortalLink), asked.api.keys.world
    await world.table.ready()
    role, tenant = Role(wanted.role), tenant_wanted(asked.by, wanted.tenant)
    refuse_grant(asked.by, role, tenant)
    own = world.table.get(asked.by.key_id)
    wish = LinkWish(
        tenant=tenant,
        role=role,
        open_s=parse_duration(wanted.expires_in),
        maker=asked.by.key_id,
        until=None if own is None else own.expires_at,
    )
    made = await make_link(world.by(asked.by.key_id, asked.address), wish)
    ends = made.key.expires_at
    content = PortalLink(
        id=made.key.id,
        tenant=tenant,
        role=role.value,
        expires_at="" if ends is None else rfc3339(ends),
        path=path_of(made),
    )
    return Reply(content=content)


ROUTES = (
    Route(
        method="POST",
        path="/v1/portal-links",
        operation="makePortalLink",
        summary="Make a link that signs in to the portal, once.",
        description="For a page of your own that shows the portal, or a mail. Its use "
        "turns it into a session, which ends with the key that made the link.",
        tag="Keys",
        scope=Scope.KEYS_WRITE,
        handler=make_portal_link,
        body=NewPortalLink,
        answer=PortalLink,
        status=201,
        problems=(INVALID, CONFLICT, UNAVAILABLE),
        idempotent=True,
        example={"tenant": "acme", "expires_in": "10m"},
    ),
)
