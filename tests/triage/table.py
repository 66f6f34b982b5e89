"""What mornings came to, as a table of docs/triage.md."""

from collections.abc import Iterator, Mapping, Sequence

from tests.triage.morning import (
    Choose,
    Outcome,
    by_age,
    by_count,
    by_due,
    by_rank,
    failures,
    lived,
)

BEGIN = "<!-- mornings: python -m tests.triage --write -->"
END = "<!-- the mornings' end -->"
ORDERS: Mapping[str, Choose] = {
    "as ranked": by_rank,
    "the largest group first": by_count,
    "the first ship-by first": by_due,
    "first in, first out": by_age,
}


def mornings(seeds: Sequence[int]) -> Mapping[str, Sequence[Outcome]]:
    """What each order of clearing comes to, a morning a seed."""
    parked = [failures(seed) for seed in seeds]
    return {
        name: [lived(rows, choose) for rows in parked]
        for name, choose in ORDERS.items()
    }


def share(outcomes: Sequence[Outcome]) -> float:
    """How much of the value was rescued, of all mornings together."""
    return sum(o.rescued for o in outcomes) / sum(o.worth for o in outcomes)


def table(found: Mapping[str, Sequence[Outcome]]) -> str:
    """A row for each order of clearing."""
    return "\n".join(_lines(found))


def _lines(found: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    fifo = share(found["first in, first out"])
    yield "| groups are cleared | value rescued | worst and best morning | to FIFO |"
    yield "| --- | --- | --- | --- |"
    for name, outcomes in found.items():
        shares = sorted(one.rescued / one.worth for one in outcomes)
        ends = f"{shares[0]:.0%} to {shares[-1]:.0%}"
        every = share(outcomes)
        yield f"| {name} | {every:.0%} | {ends} | {every / fifo:.1f} times |"


def into(text: str, said: str) -> str:
    """A document with this table in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{said}\n{END}{after}"
