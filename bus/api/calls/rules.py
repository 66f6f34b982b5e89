"""What can be asked for: rules."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call
from bus.api.models.rules import EffectiveShown, LinesShown, RulesApplied, RulesDocument


class RulesCalls(Sync):
    """What can be asked for: rules."""

    def list_rules(self) -> LinesShown:
        """All lines of the rules that judge what channels sent.

        GET `/v1/rules`
        with a key of scope `rules:read`
        """
        return self._ask(Call[LinesShown]("GET", "/v1/rules"))

    def get_effective_rules(
        self,
        *,
        channel: str | None = None,
        source: str | None = None,
        account: str | None = None,
    ) -> EffectiveShown:
        """The rules that hold for an account, each part with its origin.

        GET `/v1/rules/effective`
        with a key of scope `rules:read`
        """
        return self._ask(
            Call[EffectiveShown](
                "GET",
                "/v1/rules/effective",
                query={"channel": channel, "source": source, "account": account},
            )
        )

    def apply_rules(
        self,
        body: RulesDocument,
        *,
        dry_run: bool | None = None,
        enforce: bool | None = None,
        prune: bool | None = None,
        idempotency_key: str | None = None,
    ) -> RulesApplied:
        """Make the rules what a document says.

        POST `/v1/rules:apply`
        with a key of scope `rules:write`
        """
        return self._ask(
            Call[RulesApplied](
                "POST",
                "/v1/rules:apply",
                query={"dry_run": dry_run, "enforce": enforce, "prune": prune},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
