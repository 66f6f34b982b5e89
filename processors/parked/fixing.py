"""Fix once: try the items of a group with a change, then release those that pass."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bus.access.roles import Principal
from bus.errors import BrokerUnavailableError
from bus.intake.parked.decisions import GroupDecision, Kind
from bus.intake.parked.grouping import Row, fingerprint_in
from processors.parked.asking import Wanted, item_of, rows_of
from processors.parked.deciding import Done, Wish, decide_all, note_group
from processors.parked.trying import Changes, Tried
from processors.parked.world import ParkedWorld

MOST_TRIED = 10_000
_MOST_SHOWN = 20


@dataclass(slots=True)
class Plan:
    """What a fix comes to.

    Attributes:
        tried: How many items.
        passing: Those that would become events.
        passing_value: What they are worth, in the base currency.
        failing: How many do not pass, by why.
        examples: Some that do not pass, by why.
        more: How many there are beyond those that were tried.
    """

    tried: int = 0
    passing: list[Row] = field(default_factory=list)
    passing_value: float = 0.0
    failing: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    more: int = 0


def items_in(world: ParkedWorld, by: Principal, group: str) -> Sequence[Row]:
    """All of a group that wait, put off ones too."""
    wanted = (Wanted(group=group), Wanted(group=group, state="snoozed"))
    return [row for one in wanted for row in rows_of(world, by, one)]


async def plan(
    world: ParkedWorld,
    rows: Sequence[Row],
    changes: Changes,
    progress: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Convert and judge each again, with what is changed; nothing is published.

    Raises:
        InvalidMappingError: what is changed is no channel.
        BrokerUnavailableError: Kafka gives no answer.
    """
    found = Plan(more=max(0, len(rows) - MOST_TRIED))
    tries = world.tries()
    for row in rows[:MOST_TRIED]:
        try:
            tried = await tries.again(await item_of(world, row), changes)
        except BrokerUnavailableError as error:
            tried = Tried(passes=False, why=str(error))
        found.tried += 1
        if tried.passes:
            found.passing.append(row)
            found.passing_value += float(row.stake.value or 0)
        else:
            found.failing[tried.why] += 1
            shown = found.examples.setdefault(tried.why, [])
            if len(shown) < _MOST_SHOWN:
                shown.append(row.id)
        progress(1)
    return found


async def fix(
    world: ParkedWorld,
    group: str,
    found: Plan,
    why: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Done:
    """Release what passes, and remember the group as fixed: what comes back is told.

    Raises:
        PublishError, BrokerUnavailableError: not all was written.
    """
    wish = Wish(kind=Kind.RELEASED, why=why or "fixed", raw=True, judged=True)
    done = await decide_all(world, found.passing, wish, progress)
    if done.done:
        said = GroupDecision(
            group=fingerprint_in(group),
            kind=Kind.FIXED,
            who=world.trail.actor,
            at=world.now,
            why=why,
        )
        after: Mapping[str, object] = {"released": done.done, "why": why}
        await note_group(world, said, after)
    return done
