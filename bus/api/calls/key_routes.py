"""What can be asked for: key routes."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Pages, Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.key_routes import KeyMade, KeyRotation, KeyShown, NewKey, Revocation


class KeyRoutesCalls(Sync):
    """What can be asked for: key routes."""

    def list_keys(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Pages[KeyShown]:
        """List the keys, the oldest first. Never a token.

        GET `/v1/keys`
        with a key of scope `keys:read`
        """
        return self._pages(
            Call[KeyShown]("GET", "/v1/keys", query={"limit": limit, "cursor": cursor})
        )

    def create_key(
        self, body: NewKey, *, idempotency_key: str | None = None
    ) -> KeyMade:
        """Make a key; the answer tells its token this once.

        POST `/v1/keys`
        with a key of scope `keys:write`
        """
        return self._ask(
            Call[KeyMade]("POST", "/v1/keys", body=body, key=fresh_key(idempotency_key))
        )

    def get_key(self, key: str) -> KeyShown:
        """Show a key.

        GET `/v1/keys/{key}`
        with a key of scope `keys:read`
        """
        return self._ask(Call[KeyShown]("GET", f"/v1/keys/{segment(key)}"))

    def rotate_key(
        self,
        key: str,
        body: KeyRotation | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> KeyMade:
        """Give a key a new token; the answer tells it this once.

        POST `/v1/keys/{key}/rotate`
        with a key of scope `keys:write`
        """
        return self._ask(
            Call[KeyMade](
                "POST",
                f"/v1/keys/{segment(key)}/rotate",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def revoke_key(
        self,
        key: str,
        body: Revocation | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> KeyShown:
        """End a key for good, within moments everywhere.

        POST `/v1/keys/{key}/revoke`
        with a key of scope `keys:write`
        """
        return self._ask(
            Call[KeyShown](
                "POST",
                f"/v1/keys/{segment(key)}/revoke",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
