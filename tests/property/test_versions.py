"""Writers that share a configuration topic agree, whatever order things come in.

The model is one compacted partition with one key, and writers who read it as far as
they please, write on top of what they know, die, and are born again into what
compaction has left. Compaction spares what is as young as an ignored change that nobody
has settled yet: that is what `min.compaction.lag.ms` is for.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bus.record import Headers, Record
from bus.versions import Standing, read_to_header, take
from tests.support.examples import examples

WRITERS = st.integers(0, 2)


@dataclass
class Log:
    """One compacted partition of one key."""

    records: list[Record] = field(default_factory=list)
    end: int = 0

    def append(self, value: bytes | None, headers: Headers) -> int:
        """Write; return the offset."""
        self.records.append(Record("t", 0, self.end, 0, b"k", value, headers))
        self.end += 1
        return self.end - 1

    def compact(self, before: int, forget_before: int) -> None:
        """Keep the last of what lies before an offset; older removals go as well."""
        last = [r for r in self.records if r.offset < before][-1:]
        if last and last[0].value is None and last[0].offset < forget_before:
            last = []
        self.records = last + [r for r in self.records if r.offset >= before]


@dataclass
class Reader:
    """What somebody who follows the log holds."""

    position: int = 0
    ready_at: int = 0
    standing: Standing | None = None
    value: bytes | None = None
    stood: set[int] = field(default_factory=set)

    def read(self, log: Log, until: int) -> None:
        """Read on."""
        for record in log.records:
            if self.position <= record.offset < until:
                self.standing, stands = take(self.standing, record)
                if stands:
                    self.value = record.value
                    self.stood.add(record.offset)
        self.position = max(self.position, until)

    @property
    def headers(self) -> Headers:
        """Those of a record written on top of what it holds."""
        return read_to_header("", {0: self.position})


class Versions(RuleBasedStateMachine):
    """`truth` has read all that ever was written; everybody has to agree with it."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()
        self.truth = Reader()
        self.writers = [Reader(), Reader(), Reader()]
        self.written = 0
        self.unsettled_since: int | None = None

    def _append(self, value: bytes | None, headers: Headers) -> int:
        offset = self.log.append(value, headers)
        self.truth.read(self.log, self.log.end)
        if self.truth.standing is None or self.truth.standing.settled:
            self.unsettled_since = None
        elif self.unsettled_since is None:
            self.unsettled_since = offset
        return offset

    def _new(self) -> bytes:
        self.written += 1
        return f"{self.written}".encode()

    @rule(writer=WRITERS, more=st.integers(1, 3))
    def read(self, writer: int, more: int) -> None:
        """Somebody reads on, not necessarily to the end."""
        me = self.writers[writer]
        me.read(self.log, min(self.log.end, me.position + more))

    @rule(writer=WRITERS, removes=st.booleans(), dies=st.booleans())
    def write(self, writer: int, *, removes: bool, dies: bool) -> None:
        """Somebody changes what it knows, and reads its own record back, or dies.

        What it then says was done was done for all: whatever stands later was written
        by somebody who had read it.
        """
        me = self.writers[writer]
        me.read(self.log, me.ready_at)
        before, known, end = self.truth.standing, me.position, self.log.end
        offset = self._append(None if removes else self._new(), me.headers)
        if dies:
            self.start_anew(writer)
            return
        stands = offset in self.truth.stood
        assert not stands or before is None or before.offset < known
        assert stands or known < end
        me.read(self.log, self.log.end)
        assert (offset in me.stood) is stands
        if offset not in me.stood:
            self.settle(writer)

    @rule(writer=WRITERS)
    def settle(self, writer: int) -> None:
        """Somebody sees that the newest record does not say what stands."""
        me = self.writers[writer]
        me.read(self.log, self.log.end)
        if me.standing is not None and not me.standing.settled:
            self._append(me.value, me.headers)

    @rule()
    def write_by_hand(self) -> None:
        """An older `bus` writes, and does not say what it had read."""
        self._append(self._new(), ())

    @rule(writer=WRITERS)
    def start_anew(self, writer: int) -> None:
        """A process dies; the next one writes once it has read what there is now."""
        self.writers[writer] = Reader(ready_at=self.log.end)

    @rule(back=st.integers(0, 6))
    def compact(self, back: int) -> None:
        """What is old may go; a removal only once all who live have read it.

        Who is as far behind as `delete.retention.ms` never hears of it, in any topic.
        """
        before = self.log.end - back
        if self.unsettled_since is not None:
            before = min(before, self.unsettled_since)
        self.log.compact(before, min(writer.position for writer in self.writers))

    @invariant()
    def whoever_reads_all_agrees(self) -> None:
        """Those who read on, and those who begin now."""
        for reader in (*self.writers, Reader()):
            copy = Reader(reader.position, 0, reader.standing, reader.value)
            copy.read(self.log, self.log.end)
            assert copy.value == self.truth.value


Versions.TestCase.settings = settings(
    max_examples=examples(200), stateful_step_count=40
)
TestVersions = Versions.TestCase
