"""The books of a partition against a plain set, crashes included.

Forty ids and at most forty records always fit the metadata, so nothing that was
settled at the last commit may be done again; the second test goes far beyond.
"""

from dataclasses import dataclass, field
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bus.delivery.offsets import Ledger
from bus.delivery.settled import METADATA_BYTES
from bus.record import Commit
from tests.support.examples import examples

IDS = [f"sub-{number}" for number in range(40)]


@dataclass
class Log:
    """What a partition holds, and what really happened to it."""

    records: dict[int, list[str]] = field(default_factory=dict)
    settled: set[tuple[int, str]] = field(default_factory=set)

    def unsettled(self, offset: int) -> list[str]:
        """Deliveries of a record that are not settled."""
        return [d for d in self.records[offset] if (offset, d) not in self.settled]


class Books(RuleBasedStateMachine):
    """Reads, settles, commits, crashes and starts again."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()
        self.commit: Commit | None = None
        self.known: set[tuple[int, str]] = set()
        self.heard: set[tuple[int, str]] = set()
        self.known_then: set[tuple[int, str]] = set()
        self.ledger = Ledger(None)
        self.read: list[int] = []
        self.open: dict[int, set[str]] = {}
        self.end = 0

    @initialize(first=st.sampled_from([0, 7, 2**40]))
    def begin(self, first: int) -> None:
        """Offsets need not begin at 0."""
        self.end = first

    @rule(
        gap=st.integers(0, 3),
        deliveries=st.lists(st.sampled_from(IDS), unique=True, max_size=40),
    )
    def produce(self, gap: int, deliveries: list[str]) -> None:
        """A record is appended, perhaps after a transaction marker."""
        self.end += gap
        self.log.records[self.end] = deliveries
        self.end += 1

    @rule(count=st.integers(1, 5))
    def poll(self, count: int) -> None:
        """The next records are read; what metadata knew is not done again."""
        start = self.commit.offset if self.commit else 0
        after = self.read[-1] + 1 if self.read else start
        for offset in [o for o in self.log.records if o >= after][:count]:
            remaining = self.ledger.remaining(offset, self.log.records[offset])
            assert set(remaining) >= set(self.log.unsettled(offset)), "lost"
            repeated = set(remaining) - set(self.log.unsettled(offset))
            assert not {(offset, d) for d in repeated} & self.known, "repeated"
            self.ledger.begin(offset, remaining)
            self.read.append(offset)
            self.open[offset] = set(remaining)

    @precondition(lambda self: self.read)
    @rule(data=st.data(), whole=st.booleans())
    def settle(self, data: st.DataObject, *, whole: bool) -> None:
        """Some or all deliveries of a record that was read are settled."""
        offset = data.draw(st.sampled_from(self.read))
        deliveries = self.log.records[offset]
        if not whole and deliveries:
            deliveries = data.draw(st.lists(st.sampled_from(deliveries)))
        for delivery in deliveries:
            self.ledger.settle(offset, delivery)
            self.log.settled.add((offset, delivery))
            self.open[offset].discard(delivery)
            self.heard.add((offset, delivery))

    @rule()
    def commit_now(self) -> None:
        """A commit arrives; few records always fit its metadata."""
        commit = self.ledger.commit()
        if commit is None:
            return
        assert commit.metadata.isascii()
        assert len(commit.metadata) <= METADATA_BYTES
        for offset in self.log.records:
            if offset < commit.offset:
                assert not self.log.unsettled(offset), "the commit is ahead"
        self.commit = commit
        self.known_then = set(self.heard)

    @rule()
    def commit_in_vain(self) -> None:
        """A commit does not arrive; the next one covers it."""
        if self.ledger.commit() is not None:
            self.ledger.not_committed()

    @rule()
    def crash(self) -> None:
        """The process dies and another one takes over from the commit."""
        self.ledger = Ledger(self.commit)
        self.known = self.known_then
        self.heard = set(self.known)
        self.read = []
        self.open = {}

    @invariant()
    def position_is_that_of_the_model(self) -> None:
        """Nothing before it is unsettled; what it stands at is, or is the end."""
        open_ = [offset for offset in self.read if self.open[offset]]
        assert self.ledger.unsettled == len(open_)
        if not self.read:
            assert self.ledger.position is None
        else:
            assert self.ledger.position == (open_[0] if open_ else self.read[-1] + 1)


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=examples(300), stateful_step_count=50, deadline=None
)


@given(seed=st.integers(0, 2**32), records=st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_what_does_not_fit_costs_duplicates_only(seed: int, records: int) -> None:
    """However much is half done, three crashes in a row lose no delivery."""
    random = Random(seed)  # noqa: S311 - drawing that many values takes too long
    ids = [f"subscription-{number}" for number in range(400)]
    pending = {offset: set(ids) for offset in range(records)}
    ledger = Ledger(None)
    for _ in range(3):
        for offset in sorted(pending)[: random.randrange(records + 1)]:
            remaining = ledger.remaining(offset, ids)
            assert set(remaining) >= pending[offset]
            ledger.begin(offset, remaining)
            for delivery in random.sample(ids, random.choice([0, 3, 200, 397, 400])):
                ledger.settle(offset, delivery)
                pending[offset].discard(delivery)
        commit = ledger.commit()
        if commit is not None:
            assert len(commit.metadata) <= METADATA_BYTES
            assert not any(pending.get(offset) for offset in range(commit.offset))
            ledger = Ledger(commit)
            for offset in range(commit.offset):
                pending.pop(offset, None)
