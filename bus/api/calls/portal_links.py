"""What can be asked for: portal links."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call
from bus.api.models.portal_links import NewPortalLink, PortalLink


class PortalLinksCalls(Sync):
    """What can be asked for: portal links."""

    def make_portal_link(
        self, body: NewPortalLink, *, idempotency_key: str | None = None
    ) -> PortalLink:
        """Make a link that signs in to the portal, once.

        POST `/v1/portal-links`
        with a key of scope `keys:write`
        """
        return self._ask(
            Call[PortalLink](
                "POST", "/v1/portal-links", body=body, key=fresh_key(idempotency_key)
            )
        )
