"""Instances of the registry that share a log agree, whatever order things come in."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bus.record import Message, Record
from bus.registry.admission import Candidate, register
from bus.registry.answers import Append, Decision, Refused, Settled
from bus.registry.log import TOKEN, SchemaLog
from bus.registry.records import FLOOR, Content, Key, Kind
from bus.registry.rules import delete_subject, delete_version, set_level
from tests.support.examples import examples

SUBJECTS = ("a", "b", "c")
NAMES = ("X", "Y", "Z")
Rule: TypeAlias = Callable[[SchemaLog], Decision[object]]


def no_check(
    _new: str, _earlier: Sequence[tuple[str, str]], _level: str
) -> tuple[str, ...]:
    """Everything is compatible."""
    return ()


class Broker:
    """One compacted partition."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.next_offset = 0

    def append(self, message: Message) -> None:
        """Write at the end."""
        self.records.append(
            Record(
                "_schemas",
                0,
                self.next_offset,
                0,
                message.key,
                message.value,
                message.headers,
            )
        )
        self.next_offset += 1

    def compact(self, *, tombstones: bool) -> None:
        """Keep the last record of each key; tombstones or not."""
        last = {record.key: record.offset for record in self.records}
        self.records = [
            record
            for record in self.records
            if record.offset == last[record.key]
            and (record.value is not None or tombstones)
        ]


class Instance:
    """One registry: reads some, decides on what it has read, writes."""

    def __init__(self, broker: Broker, name: str) -> None:
        self.broker = broker
        self.name = name
        self.log = SchemaLog("_schemas")
        self.waiting: dict[str, tuple[str, Content, int]] = {}
        self.acknowledged: dict[tuple[str, Content], int] = {}
        self.writes = 0

    def read(self, count: int = -1) -> None:
        """Take in the next `count` records, or all."""
        todo = [r for r in self.broker.records if r.offset >= self.log.next_offset]
        for record in todo if count < 0 else todo[:count]:
            counts = self.log.apply(record)
            token = dict(record.headers).get(TOKEN, b"").decode()
            if counts and token in self.waiting:
                subject, content, schema_id = self.waiting.pop(token)
                self.acknowledged[subject, content] = schema_id

    def do(self, rule: Rule, subject: str, content: Content | None) -> None:
        """Append what the rule says, without waiting."""
        decision = rule(self.log)
        match decision:
            case Append(changes, answer):
                for key, value in changes:
                    self.writes += 1
                    token = f"{self.name}{self.writes}"
                    if content and isinstance(answer, int):
                        self.waiting[token] = (subject, content, answer)
                    self.broker.append(self.log.message(key, value, token))
            case Settled() | Refused():
                pass

    def repair(self) -> None:
        """Write the truth once more where it is in doubt."""
        for key, value in self.log.repairs():
            self.broker.append(self.log.message(key, value))


def picture(log: SchemaLog) -> object:
    """Everything a client can see."""
    settings_ = {
        (kind, subject): log.value(Key(kind, subject))
        for kind in (Kind.CONFIG, Kind.MODE)
        for subject in (None, *SUBJECTS)
    }
    return list(log.subjects()), settings_, log.next_id, log.value(FLOOR)


def text_of(name: str) -> str:
    """A small schema."""
    return f'{{"type":"fixed","name":"{name}","size":1}}'


registering = st.tuples(
    st.just("register"), st.sampled_from(SUBJECTS), st.sampled_from(NAMES)
)
deleting = st.tuples(
    st.sampled_from(("hide", "remove", "hide version", "remove version", "level")),
    st.sampled_from(SUBJECTS),
    st.sampled_from(NAMES),
)
operations = st.tuples(st.integers(0, 1), registering | deleting)
steps = st.lists(
    operations
    | st.tuples(st.integers(0, 1), st.tuples(st.just("read"), st.integers(1, 4)))
    | st.tuples(st.integers(0, 1), st.just(("repair",)))
    | st.tuples(st.integers(0, 1), st.tuples(st.just("compact"), st.booleans())),
    max_size=60,
)


def rule_for(what: str, subject: str, name: str) -> tuple[Rule, Content | None]:
    """The rule of an operation, and the content if it registers one."""
    rules: dict[str, Rule] = {
        "hide": lambda log: delete_subject(log, subject, permanent=False),
        "remove": lambda log: delete_subject(log, subject, permanent=True),
        "hide version": lambda log: delete_version(log, subject, -1, permanent=False),
        "remove version": lambda log: delete_version(log, subject, 1, permanent=True),
        "level": lambda log: set_level(log, subject, "FULL"),
        "register": lambda log: register(
            log, Candidate(subject, text_of(name)), no_check
        ),
    }
    content = Content(text_of(name)) if what == "register" else None
    return rules[what], content


def settle(instances: Sequence[Instance]) -> None:
    """Let everybody read all and repair, until nothing is in doubt."""
    for _ in range(20):
        for instance in instances:
            instance.read()
            instance.repair()
        if not any(instance.log.disputed for instance in instances):
            return
    raise AssertionError("repairs do not come to an end")


def step(
    broker: Broker, instances: list[Instance], who: int, what: Sequence[object]
) -> None:
    """Do one step of a history."""
    match what:
        case ("read", int(count)):
            instances[who].read(count)
        case ("repair",):
            instances[who].repair()
        case ("compact", bool(tombstones)):
            settle(instances)
            broker.compact(tombstones=tombstones)
            replaced = Instance(broker, f"{instances[who].name}'")
            replaced.acknowledged = instances[who].acknowledged
            replaced.read()
            assert picture(replaced.log) == picture(instances[who].log)
            instances[who] = replaced
        case _:
            subject = str(what[1])
            rule, content = rule_for(str(what[0]), subject, str(what[2]))
            instances[who].do(rule, subject, content)


def ids_given(broker: Broker, given: dict[int, Content], log: SchemaLog) -> None:
    """Note which id every schema has, and refuse an id with a second meaning."""
    log_ids: dict[Content, int] = {}
    for _, versions in log.subjects():
        for version in versions:
            assert given.setdefault(version.id, version.content) == version.content
            assert log_ids.setdefault(version.content, version.id) == version.id
    assert broker.next_offset >= log.next_offset


# An id is not given again after its schema was removed and compacted away.
REMOVED_AND_COMPACTED = [
    (0, ("register", "a", "X")),
    (0, ("read", 1)),
    (0, ("hide", "a", "")),
    (0, ("read", 1)),
    (0, ("remove", "a", "")),
    (0, ("compact", False)),
    (0, ("register", "a", "Y")),
    (0, ("read", 4)),
]
# Nor by an instance that knows neither of its use nor of its removal.
GIVEN_UNAWARES = [
    (0, ("register", "a", "X")),
    (0, ("read", 1)),
    (0, ("hide", "a", "")),
    (0, ("read", 1)),
    (0, ("remove", "a", "")),
    (0, ("read", 1)),
    (1, ("register", "b", "Y")),
]


@given(steps)
@example(REMOVED_AND_COMPACTED)
@example(GIVEN_UNAWARES)
@settings(max_examples=examples(300), deadline=None)
def test_instances_agree_after_any_interleaving(
    history: list[tuple[int, Sequence[object]]],
) -> None:
    """All instances, a new one, and one on the compacted log, see the same."""
    broker = Broker()
    instances = [Instance(broker, "i"), Instance(broker, "j")]
    given_ids: dict[int, Content] = {}
    for who, what in history:
        step(broker, instances, who, what)
        for instance in instances:
            ids_given(broker, given_ids, instance.log)
    settle(instances)
    ids_given(broker, given_ids, instances[0].log)
    assert picture(instances[0].log) == picture(instances[1].log)
    for tombstones in (True, False):
        fresh = Instance(broker, "k")
        fresh.read()
        assert picture(fresh.log) == picture(instances[0].log)
        assert not fresh.log.disputed
        broker.compact(tombstones=tombstones)


# Nor is one lost that comes after a removal which compaction has forgotten.
AFTER_A_FORGOTTEN_REMOVAL = [
    *[(0, ("register", "a", "X"))] * 4,
    (0, ("register", "b", "Y")),
    (0, ("compact", False)),
    (0, ("register", "b", "X")),
]


@given(steps)
@example(AFTER_A_FORGOTTEN_REMOVAL)
@settings(max_examples=examples(300), deadline=None)
def test_an_acknowledged_id_stays(
    history: list[tuple[int, Sequence[object]]],
) -> None:
    """What an instance was told about its registration stays true, unless deleted."""
    broker = Broker()
    instances = [Instance(broker, "i"), Instance(broker, "j")]
    for who, what in history:
        if what[0] in {"remove", "remove version"}:
            continue
        step(broker, instances, who, what)
    settle(instances)
    for instance in instances:
        for (subject, content), schema_id in instance.acknowledged.items():
            held = [
                version.id
                for version in instances[0].log.versions(subject)
                if version.content == content
            ]
            assert set(held) == {schema_id}
