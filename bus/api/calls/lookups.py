"""What can be asked for: lookups."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.lookups import LookupChange, LookupLoaded, LookupRows, LookupsShown


class LookupsCalls(Sync):
    """What can be asked for: lookups."""

    def list_lookups(self) -> LookupsShown:
        """The lookup tables of rules, with how many rows each has.

        GET `/v1/lookups`
        with a key of scope `rules:read`
        """
        return self._ask(Call[LookupsShown]("GET", "/v1/lookups"))

    def get_lookup(self, table: str) -> LookupRows:
        """The rows of a lookup table.

        GET `/v1/lookups/{table}`
        with a key of scope `rules:read`
        """
        return self._ask(Call[LookupRows]("GET", f"/v1/lookups/{segment(table)}"))

    def load_lookup(
        self,
        table: str,
        body: LookupChange,
        *,
        dry_run: bool | None = None,
        replace: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LookupLoaded:
        """Add, change and remove rows of a lookup table.

        POST `/v1/lookups/{table}/load`
        with a key of scope `rules:write`
        """
        return self._ask(
            Call[LookupLoaded](
                "POST",
                f"/v1/lookups/{segment(table)}/load",
                query={"dry_run": dry_run, "replace": replace},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
