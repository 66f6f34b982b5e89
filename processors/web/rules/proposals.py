"""What decisions on parked orders teach: rates, proposals, and applying one."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.model import NoQuery
from processors.gateway.routes import Asked
from processors.gateway.rule_models import (
    Following,
    ProposalApplied,
    ProposalsShown,
    RateShown,
)
from processors.gateway.rule_proposals import apply_proposal, list_proposals
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Done, Page
from processors.web.rendering import href

_PATH = "/rules/proposals"
_MOST_RATES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsView:
    """What the template reads; of rates the worst are shown."""

    found: ProposalsShown
    rates: Sequence[RateShown]
    may_apply: bool


async def view(asked: Asked) -> ProposalsView:
    """All that is proposed now."""
    found = content_of(await list_proposals(asking(asked)), ProposalsShown)
    worst = sorted(found.rates, key=lambda one: (-one.low, one.rule))
    return ProposalsView(
        found=found,
        rates=worst[:_MOST_RATES],
        may_apply=asked.by.may(Scope.RULES_WRITE),
    )


async def follow(asked: Asked) -> Done:
    """Apply one."""
    reply = await apply_proposal(asking(asked, body=Following()))
    one = content_of(reply, ProposalApplied).proposal
    text = f"Applied: {one.text}. What is parked already stays until it is released."
    return Done(text, href("rules", "proposals"))


PAGES = (
    Page(
        path=_PATH,
        name="ruleProposals",
        scope=Scope.RULES_READ,
        view=view,
        template="rules_proposals.html.j2",
    ),
)
ACTS = (
    Act(
        path=f"{_PATH}/{{proposal}}/apply",
        name="applyRuleProposal",
        scope=Scope.RULES_WRITE,
        do=follow,
        form=NoQuery,
        back=_PATH,
    ),
)
