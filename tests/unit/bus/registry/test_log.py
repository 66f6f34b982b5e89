"""What counts in the log, by its order alone."""

from bus.record import Message
from bus.registry.log import SchemaLog
from bus.registry.records import (
    FLOOR,
    Content,
    Key,
    Kind,
    Version,
    encode_key,
    encode_value,
)
from tests.support.schema_log import Writer, fixed


def version(subject: str, number: int, schema_id: int, name: str) -> Version:
    """A version of a small schema."""
    return Version(subject, number, schema_id, Content(fixed(name)))


def key(subject: str, number: int) -> Key:
    """The key of a version."""
    return Key(Kind.SCHEMA, subject, number)


def test_of_two_writers_of_one_key_the_first_counts() -> None:
    """Both meant to write version 1; the second one hears that it came too late."""
    writer = Writer()
    first = writer.log.message(key("s", 1), version("s", 1, 1, "X"))
    second = writer.log.message(key("s", 1), version("s", 1, 1, "Y"))
    assert writer.append(first)
    assert not writer.append(second)
    assert writer.log.versions("s") == (version("s", 1, 1, "X"),)


def test_what_compaction_would_lose_is_written_again() -> None:
    """After a lost race the last record of the key is wrong until it is repaired."""
    writer = Writer()
    first = writer.log.message(key("s", 1), version("s", 1, 1, "X"))
    second = writer.log.message(key("s", 1), version("s", 1, 1, "Y"))
    writer.append(first)
    writer.append(second)
    assert writer.log.disputed == {key("s", 1)}
    repairs = [writer.log.message(k, v) for k, v in writer.log.repairs()]
    # Two instances repair at once: harmless, and nothing is in doubt afterwards.
    assert writer.append(repairs[0])
    assert not writer.append(repairs[0])
    assert not writer.log.disputed
    assert writer.records[-1].value == first.value


def test_an_id_stands_for_one_schema() -> None:
    """A record that gives a used id to another schema does not count."""
    writer = Writer()
    x = writer.log.message(key("a", 1), version("a", 1, 1, "X"))
    y = writer.log.message(key("b", 1), version("b", 1, 1, "Y"))
    assert writer.append(x)
    assert not writer.append(y)
    assert writer.log.with_id(1) == (version("a", 1, 1, "X"),)
    assert writer.log.repairs() == ((key("b", 1), None),)


def test_a_schema_has_one_id() -> None:
    """A record of ours that gives a schema a second id does not count."""
    writer = Writer()
    x = writer.log.message(key("a", 1), version("a", 1, 1, "X"))
    again = writer.log.message(key("b", 1), version("b", 1, 2, "X"))
    assert writer.append(x)
    assert not writer.append(again)
    assert writer.log.id_of(Content(fixed("X"))) == 1


def test_another_registry_may_have_given_a_schema_two_ids() -> None:
    """Both are readable; the lower one is its id from then on."""
    writer = Writer()
    assert writer.foreign(key("a", 1), version("a", 1, 5, "X"))
    assert writer.foreign(key("b", 1), version("b", 1, 4, "X"))
    assert writer.log.with_id(5)
    assert writer.log.with_id(4)
    assert writer.log.id_of(Content(fixed("X"))) == 4
    assert writer.foreign(key("b", 1), None)
    assert writer.log.id_of(Content(fixed("X"))) == 5


def test_another_registry_may_replace_a_version() -> None:
    """Its leader alone decides; the last record of a key holds."""
    writer = Writer()
    writer.foreign(key("a", 1), version("a", 1, 1, "X"))
    assert writer.foreign(key("a", 1), version("a", 1, 2, "Y"))
    assert writer.log.versions("a") == (version("a", 1, 2, "Y"),)
    assert not writer.log.with_id(1)
    assert not writer.foreign(key("b", 1), version("b", 1, 2, "Z"))


def test_an_id_is_never_given_again() -> None:
    """Removed for good and compacted away, an id still has no second meaning."""
    writer = Writer()
    writer.append(writer.log.message(key("a", 1), version("a", 1, 1, "X")))
    stale = writer.log.message(key("b", 1), version("b", 1, 2, "Y"))
    writer.append(writer.log.message(key("a", 2), version("a", 2, 2, "Z")))
    writer.append(writer.log.message(key("a", 2), None))
    assert writer.log.repairs() == ((FLOOR, 2),)
    assert writer.log.next_id == 3
    # Its writer knew neither of the use nor of the removal.
    assert not writer.append(stale)
    writer.append(writer.log.message(FLOOR, 2))
    fresh = SchemaLog("_schemas")
    for record in (writer.records[0], writer.records[-1]):
        fresh.apply(record)
    assert fresh.next_id == 3


def test_the_floor_never_sinks() -> None:
    """A lower one, or its removal by another registry, is put right."""
    writer = Writer()
    writer.append(writer.log.message(FLOOR, 9))
    assert writer.log.value(FLOOR) == 9
    assert not writer.log.disputed
    writer.append(writer.log.message(FLOOR, 4))
    assert writer.log.repairs() == ((FLOOR, 9),)
    writer.foreign(FLOOR, None)
    assert writer.log.repairs() == ((FLOOR, 9),)


def test_a_foreign_deletion_hides_versions_up_to_a_number() -> None:
    """Confluent's registry deletes a subject with one record."""
    writer = Writer()
    for number, name in enumerate("XYZ", start=1):
        writer.foreign(key("a", number), version("a", number, number, name))
    assert writer.foreign(Key(Kind.DELETE_SUBJECT, "a"), 2)
    assert [v.deleted for v in writer.log.versions("a")] == [True, True, False]
    assert writer.log.with_id(1)


def test_records_of_no_meaning_are_passed_over() -> None:
    """Nonsense neither counts nor stops the reading."""
    writer = Writer()
    assert writer.raw(b"x", b"y") is False
    assert writer.raw(encode_key(key("s", 1)), b"{}") is False
    assert not list(writer.log.subjects())
    assert not writer.log.disputed


def test_nonsense_over_a_version_is_put_right() -> None:
    """A broken record under a good key would be what compaction keeps."""
    writer = Writer()
    writer.append(writer.log.message(key("s", 1), version("s", 1, 1, "X")))
    writer.raw(encode_key(key("s", 1)), b"{}")
    assert writer.log.repairs() == ((key("s", 1), version("s", 1, 1, "X")),)


def test_a_record_is_taken_once() -> None:
    """Reading again after an interruption changes nothing."""
    writer = Writer()
    writer.append(writer.log.message(key("s", 1), version("s", 1, 1, "X")))
    assert writer.log.apply(writer.records[0]) is None
    assert writer.log.next_offset == 1


def test_a_later_record_holds_alone_after_compaction() -> None:
    """What its writer knew before is gone from the log; it counts all the same."""
    value = version("s", 1, 1, "X")._replace(deleted=True)
    headers = (("bus-after", b"41"),)
    message = Message(
        "_schemas", encode_key(key("s", 1)), encode_value(key("s", 1), value), headers
    )
    writer = Writer()
    assert writer.append(message)
    assert writer.log.versions("s") == (value,)
