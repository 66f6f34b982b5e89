"""What can be asked for: rule proposals."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.rule_proposals import Following, ProposalApplied, ProposalsShown


class RuleProposalsCalls(Sync):
    """What can be asked for: rule proposals."""

    def list_rule_proposals(self) -> ProposalsShown:
        """What decisions on parked orders teach: rates, and what to change.

        GET `/v1/rules/proposals`
        with a key of scope `rules:read`
        """
        return self._ask(Call[ProposalsShown]("GET", "/v1/rules/proposals"))

    def apply_rule_proposal(
        self,
        proposal: str,
        body: Following | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> ProposalApplied:
        """Apply a proposal.

        POST `/v1/rules/proposals/{proposal}/apply`
        with a key of scope `rules:write`
        """
        return self._ask(
            Call[ProposalApplied](
                "POST",
                f"/v1/rules/proposals/{segment(proposal)}/apply",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
