"""`bus rules` over the HTTP API."""

from pathlib import Path
from typing import cast

from bus.api import AsyncApi
from bus.api.models import RulesDocument
from bus.client.rules import read_rules
from bus.errors import AbsentError, ConfigurationError
from bus.intake.rules.lines import as_document
from processors.cli.control import GOOD
from processors.cli.over_api.given import Given
from processors.cli.proposals_view import print_followed, print_proposals
from processors.cli.rules_view import print_effective, print_lines, print_steps
from processors.rules.applying import QUIET


async def list_(api: AsyncApi, given: Given) -> int:
    """All lines."""
    rows = [{**row} for row in (await api.list_rules())["data"]]
    print_lines(rows, as_json=given.as_json)
    return GOOD


async def effective(api: AsyncApi, given: Given) -> int:
    """The rules that hold for an account."""
    row = await api.get_effective_rules(
        channel=given.text("channel"),
        source=given.text("source"),
        account=given.text("account"),
    )
    return print_effective({**row}, as_json=given.as_json)


async def apply(api: AsyncApi, given: Given) -> int:
    """Make the rules what a file says."""
    if (proposal := given.maybe("proposal")) is not None:
        return await _follow(api, proposal, given)
    document = read_rules(Path(given.text("file")))
    if document.problems:
        raise ConfigurationError("\n".join(str(one) for one in document.problems))
    body = {"rules": [as_document(line) for line in document.lines]}
    dry_run = given.flag("dry_run")
    done = await api.apply_rules(
        cast("RulesDocument", body),
        dry_run=dry_run,
        enforce=given.flag("enforce"),
        prune=given.flag("prune"),
    )
    rows = [{**step} for step in done["steps"]]
    changes = sum(row["action"] not in QUIET for row in rows)
    print_steps(rows, changes, dry_run=dry_run, as_json=given.as_json)
    return GOOD


async def _follow(api: AsyncApi, proposal: str, given: Given) -> int:
    """Apply a proposal, or only show it."""
    dry_run = given.flag("dry_run")
    if dry_run:
        there = (await api.list_rule_proposals())["proposals"]
        row = next(({**one} for one in there if one["id"] == proposal), None)
        if row is None:
            raise AbsentError(f"there is no proposal {proposal} (any more)")
        print_followed(row, [], dry_run=True, as_json=given.as_json)
        return GOOD
    done = await api.apply_rule_proposal(proposal)
    steps = [{**step} for step in done["steps"]]
    print_followed({**done["proposal"]}, steps, dry_run=False, as_json=given.as_json)
    return GOOD


async def proposals(api: AsyncApi, given: Given) -> int:
    """What decisions teach."""
    row = await api.list_rule_proposals()
    print_proposals({**row}, rates=given.flag("rates"), as_json=given.as_json)
    return GOOD
