"""What people decided about parked orders, and what is proposed because of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.errors import AbsentError
from bus.intake.rules.learning import Decision, Rate, rates
from bus.intake.rules.lines import as_document
from bus.intake.rules.proposal import Proposal
from bus.intake.rules.proposing import proposals
from bus.intake.rules.reading import plain
from processors.rules.applying import Step, apply, plan
from processors.rules.world import RulesWorld

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Learned:
    """What decisions teach: proposals, what would release most first, and rates."""

    decisions: int
    proposals: Sequence[Proposal]
    rates: Sequence[Rate]


def learned(decisions: Sequence[Decision], rules: RulesWorld) -> Learned:
    """Return what decisions teach, by the rules that hold now."""
    found = proposals(decisions, rules.table.book, rules.memory())
    return Learned(len(decisions), found, rates(decisions))


async def follow(
    rules: RulesWorld, found: Learned, proposal_id: str, *, dry_run: bool = False
) -> tuple[Proposal, list[Step]]:
    """Apply a proposal: its line, or its rows. It is written down who did.

    With `dry_run` nothing is done.

    Raises:
        AbsentError: There is none of this id (any more).
        OrderbusError: It is not written.
    """
    for one in found.proposals:
        if one.id == proposal_id:
            break
    else:
        raise AbsentError(
            f"there is no proposal {proposal_id} (any more); `bus rules proposals`"
            " lists those there are"
        )
    if one.line is None:
        rows = {key: dict[str, str]() for key in one.rows}
        await rules.rows.load(one.table, rows, replace=False, dry_run=dry_run)
        return one, []
    steps = plan(rules.table.book, [one.line], enforce=True)
    if not dry_run:
        await apply(rules.writer, steps, lambda _: None)
    return one, steps


# --- as people and scripts see it


def learned_row(found: Learned) -> Row:
    """What decisions teach."""
    return {
        "decisions": found.decisions,
        "proposals": [proposal_row(one) for one in found.proposals],
        "rates": [rate_row(one) for one in found.rates],
    }


def rate_row(rate: Rate) -> Row:
    """How often a rule was wrong."""
    low, high = rate.interval
    return {
        "rule": rate.group.rule,
        "scope": dict(rate.group.scope.pairs()),
        "false": rate.false,
        "true": rate.true,
        "share": round(rate.share, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def proposal_row(one: Proposal) -> Row:
    """A proposal with what it would have done."""
    return {
        "id": one.id,
        "kind": one.kind,
        "rule": one.group.rule,
        "scope": dict(one.group.scope.pairs()),
        "text": one.text,
        "line": None if one.line is None else as_document(one.line),
        "table": one.table,
        "rows": list(one.rows),
        "rate": rate_row(one.rate),
        "released": one.trial.released,
        "lost": one.trial.lost,
        "value": {code: plain(v) for code, v in sorted(one.trial.value.items())},
    }
