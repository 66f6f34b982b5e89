"""What decisions on parked orders teach, over HTTP."""

from typing import Literal

from bus.access.roles import Scope
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.rule_models import (
    Following,
    ProposalApplied,
    ProposalShown,
    ProposalsShown,
    RuleStep,
)
from processors.gateway.rules import PATH, TAG, rules_of
from processors.rules.applying import shown
from processors.rules.decisions import read_decisions
from processors.rules.proposing import follow, learned, learned_row, proposal_row


async def list_proposals(asked: Asked) -> Reply:
    """What is proposed, and how often each rule was wrong."""
    rules = await rules_of(asked)
    row = learned_row(learned(await read_decisions(rules), rules))
    shown = ProposalsShown.model_validate(row)
    actions: list[Literal["apply"]] = []
    if asked.by.may(Scope.RULES_WRITE):
        actions = ["apply"]
    proposals = [one.model_copy(update={"actions": actions}) for one in shown.proposals]
    return Reply(content=shown.model_copy(update={"proposals": proposals}))


async def apply_proposal(asked: Asked) -> Reply:
    """Apply one."""
    rules, wanted = await rules_of(asked), asked.path["proposal"]
    found = learned(await read_decisions(rules), rules)
    if all(one.id != wanted for one in found.proposals):
        raise ProblemError(NOT_FOUND)
    one, steps = await follow(rules, found, wanted)
    content = ProposalApplied(
        proposal=ProposalShown.model_validate(proposal_row(one)),
        steps=[RuleStep.model_validate(shown(step)) for step in steps],
    )
    return Reply(content=content)


ROUTES = (
    Route(
        method="GET",
        path=f"{PATH}/proposals",
        operation="listRuleProposals",
        summary="What decisions on parked orders teach: rates, and what to change.",
        description="A rule that held orders which were then released as they were, "
        "held them for nothing. Each proposal says what it would have done.",
        tag=TAG,
        scope=Scope.RULES_READ,
        handler=list_proposals,
        answer=ProposalsShown,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path=f"{PATH}/proposals/{{proposal}}/apply",
        operation="applyRuleProposal",
        summary="Apply a proposal.",
        description="Its line holds at once, as it is looser, or its rows are added. "
        "404 if there is none of this id any more: list them again.",
        tag=TAG,
        scope=Scope.RULES_WRITE,
        handler=apply_proposal,
        body=Following,
        answer=ProposalApplied,
        problems=(NOT_FOUND, CONFLICT, UNAVAILABLE),
        idempotent=True,
        optional_body=True,
        example={},
    ),
)
