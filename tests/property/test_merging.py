"""Deduplication and merge against a model that forgets nothing and is read in order."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bus.event import Event
from bus.intake.converting import Converted
from bus.intake.merging.fates import Held, Merging, Repeat, Superseded, Told
from bus.intake.merging.notes import note_message, read_note
from bus.intake.merging.tables import Owner
from bus.record import Record

WINDOW_S = 100
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Sent:
    """A message: its key, its order and version, whether it tells the order whole."""

    key: int
    order: int
    version: int
    whole: bool
    after_s: int


SENT = st.builds(
    Sent,
    key=st.integers(0, 12),
    order=st.integers(0, 2),
    version=st.integers(0, 5),
    whole=st.booleans(),
    after_s=st.integers(0, 60),
)


def part_of(sent: Sent) -> Converted:
    """The message as the conversion gives it; a key is of one order alone."""
    order = f"shop.mine.{sent.key % 3}"
    data = {
        "order_id": order,
        "source_version": str(sent.version),
        "restated": sent.whole,
    }
    event = Event(
        id=str(UUID(int=sent.key)),
        type="intake.order_changed",
        source="/intake/mine",
        subject=order,
        time=NOW,
        data=data,
    )
    key = UUID(int=sent.key)
    return Converted(0, "x", event, (), key, "s", event.type, order, data)


@dataclass
class Model:
    """What has to come of each, by brute force."""

    first: dict[int, tuple[int, float]] = field(default_factory=dict)
    newest: dict[int, int] = field(default_factory=dict)

    def fate(self, number: int, sent: Sent, now: float) -> type:
        """What becomes of the message at this place of the log."""
        owner, until = self.first.get(sent.key, (number, 0))
        if now < until and owner != number:
            return Repeat
        self.first[sent.key] = number, int(now + WINDOW_S)
        order = sent.key % 3
        if sent.version < self.newest.get(order, -1):
            return Superseded
        if sent.whole:
            self.newest[order] = sent.version
        return Told


@given(st.lists(SENT, max_size=40), st.sets(st.integers(0, 39)))
def test_each_message_ends_as_the_model_says(
    messages: list[Sent], crashes: set[int]
) -> None:
    """Whatever comes in which order, and though processes start anew in between.

    A process that starts knows what was noted, and nothing else.
    """
    model, merging = Model(), Merging(1_000)
    noted: list[Record] = []
    now = 0.0
    for number, sent in enumerate(messages):
        now += sent.after_s
        if number in crashes:
            merging = Merging(1_000)
            for record in noted:
                note = read_note(record)
                assert note is not None
                merging.learn(note, now)
        fate = merging.decide(part_of(sent), Owner(f"t/0/{number}#0"), WINDOW_S, now)
        assert type(fate) is model.fate(number, sent, now)
        if isinstance(fate, Told | Superseded | Held):
            merging.learn(fate.note, now)
            message = note_message("seen", fate.note)
            noted.append(Record("seen", 0, number, 0, message.key, message.value))


@given(st.lists(SENT, min_size=1, max_size=20))
def test_a_record_that_is_read_again_is_no_repeat(messages: list[Sent]) -> None:
    """After a crash before the commit every record is decided as it was before.

    But for versions: what was told whole meanwhile may supersede it, never lose it.
    """
    merging = Merging(1_000)
    before: list[type] = []
    for number, sent in enumerate(messages):
        fate = merging.decide(part_of(sent), Owner(f"t/0/{number}#0"), WINDOW_S, 0)
        before.append(type(fate))
        if isinstance(fate, Told | Superseded):
            merging.learn(fate.note, 0)
    for number, sent in enumerate(messages):
        fate = merging.decide(part_of(sent), Owner(f"t/0/{number}#0"), WINDOW_S, 0)
        assert (type(fate) is Repeat) is (before[number] is Repeat)


@given(st.lists(SENT, max_size=60), st.integers(1, 5))
def test_with_too_little_room_more_is_told_never_less(
    messages: list[Sent], limit: int
) -> None:
    """What is forgotten early is told twice; who was told with room is told without.

    As it is with senders, a message that comes again says the same.
    """
    roomy, tight = Merging(1_000), Merging(limit)
    for number, message in enumerate(messages):
        key = message.key
        sent = replace(message, version=key % 5, whole=key % 2 == 0)
        owner = Owner(f"t/0/{number}#0")
        fates = [m.decide(part_of(sent), owner, WINDOW_S, 0) for m in (roomy, tight)]
        for merging, fate in zip((roomy, tight), fates, strict=True):
            if isinstance(fate, Told | Superseded):
                merging.learn(fate.note, 0)
        if isinstance(fates[0], Told):
            assert isinstance(fates[1], Told)
    assert len(tight.seen) <= limit
    assert len(tight.newest) <= limit
