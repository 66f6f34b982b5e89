"""Which schema may enter the registry."""

import json
from collections.abc import Sequence

import pytest

from bus.errors import ConfigurationError
from bus.registry.admission import Candidate, Check, incompatibilities, register
from bus.registry.answers import MAX_TEXT, Refused
from bus.registry.records import Content, Key, Kind, Reference, Version
from bus.registry.rules import delete_subject, set_level, set_mode
from tests.support.schema_log import Writer, fixed, no_check


class Questions:
    """A check that remembers what it was asked, and says what it is told to."""

    def __init__(self, *reasons: str) -> None:
        self.asked: list[tuple[str, tuple[tuple[str, str], ...], str]] = []
        self.reasons = reasons

    def __call__(
        self, new: str, earlier: Sequence[tuple[str, str]], level: str
    ) -> tuple[str, ...]:
        """Answer as told."""
        self.asked.append((new, tuple(earlier), level))
        return self.reasons if earlier else ()


def refuse_all(
    _new: str, _earlier: Sequence[tuple[str, str]], _level: str
) -> tuple[str, ...]:
    """Nothing is a schema."""
    raise ConfigurationError("the new schema: not an Avro schema: no")


def put(writer: Writer, subject: str, text: str, check: Check = no_check) -> object:
    """Register a schema."""
    return writer.do(register(writer.log, Candidate(subject, text), check))


def code(answer: object) -> int:
    """The code of a refusal."""
    assert isinstance(answer, Refused), answer
    return answer.code


def test_ids_count_up_and_belong_to_schemas() -> None:
    """A new schema gets the next id; a known one its own, under any subject."""
    writer = Writer()
    assert put(writer, "a", fixed("X")) == 1
    assert put(writer, "a", fixed("Y")) == 2
    assert put(writer, "b", fixed("X")) == 1
    assert put(writer, "a", json.dumps(json.loads(fixed("X")), indent=2)) == 1
    assert [v.version for v in writer.log.versions("a")] == [1, 2]


def test_a_deleted_schema_comes_back_as_a_new_version_with_its_id() -> None:
    """Events written with it are still around, so the id stays."""
    writer = Writer()
    put(writer, "a", fixed("X"))
    writer.do(delete_subject(writer.log, "a", permanent=False))
    assert put(writer, "a", fixed("X")) == 1
    assert [(v.version, v.deleted) for v in writer.log.versions("a")] == [
        (1, True),
        (2, False),
    ]


def test_the_check_gets_all_live_versions_and_the_level() -> None:
    """It is told what it is to compare, oldest first, and how strictly."""
    writer = Writer()
    put(writer, "a", fixed("X"))
    writer.do(delete_subject(writer.log, "a", permanent=False))
    put(writer, "a", fixed("Y"))
    put(writer, "a", fixed("Z"))
    writer.do(set_level(writer.log, "a", "forward"))
    check = Questions()
    put(writer, "a", fixed("W"), check)
    assert check.asked[-1] == (
        fixed("W"),
        (("version 2", fixed("Y")), ("version 3", fixed("Z"))),
        "FORWARD",
    )


def test_an_incompatible_schema_is_refused_with_a_line_a_reason() -> None:
    """Nothing is written, and the reasons are kept apart."""
    writer = Writer()
    put(writer, "a", fixed("X"))
    answer = put(writer, "a", fixed("Y"), Questions("one", "two"))
    assert code(answer) == 409
    assert isinstance(answer, Refused)
    assert answer.status == 409
    assert answer.message.splitlines()[1:] == ["one", "two"]
    assert len(writer.records) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{", 42201), (fixed("X" * MAX_TEXT), 42209), ("7", 42201)],
)
def test_a_text_that_is_no_schema_is_refused(text: str, expected: int) -> None:
    """Before anybody is asked whether it is compatible."""
    check = Questions()
    assert code(put(Writer(), "a", text, check)) == expected
    assert not check.asked


def test_what_the_check_cannot_parse_is_refused() -> None:
    """Also where the level compares nothing."""
    writer = Writer()
    writer.do(set_level(writer.log, None, "NONE"))
    assert code(put(writer, "a", fixed("X"), refuse_all)) == 42201


@pytest.mark.parametrize("error", [TypeError("unhashable"), RecursionError(), KeyError])
def test_a_parser_that_chokes_means_it_is_no_schema(error: Exception) -> None:
    """Libraries raise what they like; the client hears that its schema is wrong."""

    def choke(*_: object) -> tuple[str, ...]:
        raise error

    assert code(put(Writer(), "a", fixed("X"), choke)) == 42201


def test_an_earlier_version_that_cannot_be_parsed_is_told() -> None:
    """It came from another registry; nothing can be compared with it."""

    def check(_new: str, earlier: Sequence[object], _level: str) -> tuple[str, ...]:
        if earlier:
            raise ConfigurationError("version 1: not an Avro schema")
        return ()

    writer = Writer()
    put(writer, "a", fixed("X"))
    assert code(put(writer, "a", fixed("Y"), check)) == 42201


# --- references


def referring(subject: str, number: int = 1, name: str = "Money") -> Candidate:
    """A schema that takes a type from a version of `subject`."""
    text = json.dumps({"type": "array", "items": name})
    return Candidate("order", text, (Reference(name, subject, number),))


def test_references_are_written_in_for_the_check() -> None:
    """What is compared is the whole schema, on both sides."""
    writer = Writer()
    put(writer, "money", fixed("Money", 8))
    check = Questions()
    assert writer.do(register(writer.log, referring("money"), check)) == 2
    new = json.loads(check.asked[0][0])
    assert new["items"] == {"type": "fixed", "name": "Money", "size": 8}
    put(writer, "order", '"string"', check)
    assert json.loads(check.asked[-1][1][0][1]) == new


def test_a_reference_to_nowhere_is_refused() -> None:
    """An unknown subject or version, for registering and for comparing with."""
    writer = Writer()
    assert code(writer.do(register(writer.log, referring("money"), no_check))) == 42201
    text = referring("money").text
    content = Content(text, referring("money").references)
    writer.foreign(Key(Kind.SCHEMA, "order", 1), Version("order", 1, 1, content))
    assert code(put(writer, "order", '"string"')) == 42201
    assert code(incompatibilities(writer.log, referring("money"), no_check)) == 42201


def test_references_in_a_circle_are_refused() -> None:
    """Another registry's log could hold one; it must not take us down."""
    writer = Writer()
    for one, other in (("a", "b"), ("b", "a")):
        text = json.dumps({"type": "array", "items": other})
        content = Content(text, (Reference(other, other, 1),))
        schema_id = 1 if one == "a" else 2
        writer.foreign(Key(Kind.SCHEMA, one, 1), Version(one, 1, schema_id, content))
    candidate = referring("a", name="a")
    assert code(writer.do(register(writer.log, candidate, no_check))) == 42201


def test_a_reference_that_cannot_be_written_in_is_refused() -> None:
    """A protobuf schema in another registry's log is no Avro type."""
    writer = Writer()
    content = Content('syntax = "proto3";', (), "PROTOBUF")
    writer.foreign(Key(Kind.SCHEMA, "money", 1), Version("money", 1, 1, content))
    assert code(writer.do(register(writer.log, referring("money"), no_check))) == 42201


# --- testing without registering


def test_one_version_alone_can_be_compared_with() -> None:
    """The named version, or the latest; all of them if none is named."""
    writer = Writer()
    for name in "XYZ":
        put(writer, "a", fixed(name))
    for against, expected in ((1, ["version 1"]), (-1, ["version 3"])):
        check = Questions()
        incompatibilities(writer.log, Candidate("a", fixed("W")), check, against)
        assert [label for label, _ in check.asked[-1][1]] == expected
    check = Questions("no")
    candidate = Candidate("a", fixed("W"))
    assert incompatibilities(writer.log, candidate, check) == ("no",)
    assert len(check.asked[-1][1]) == 3


def test_comparing_with_what_is_not_there() -> None:
    """An unknown version or subject is told; the latest of none breaks nobody."""
    writer = Writer()
    candidate = Candidate("a", fixed("W"))
    assert code(incompatibilities(writer.log, candidate, no_check, 1)) == 40402
    assert incompatibilities(writer.log, candidate, no_check, -1) == ()
    put(writer, "a", fixed("X"))
    assert code(incompatibilities(writer.log, candidate, no_check, 7)) == 40402
    bad = Candidate("a", "{")
    assert code(incompatibilities(writer.log, bad, no_check)) == 42201


# --- modes


def test_a_read_only_registry_takes_nothing() -> None:
    """Neither new schemas nor known ones."""
    writer = Writer()
    put(writer, "a", fixed("X"))
    writer.do(set_mode(writer.log, None, "READONLY", force=False))
    assert code(put(writer, "a", fixed("X"))) == 42205


def importing(schema_id: int | None, number: int | None, name: str = "X") -> Candidate:
    """A schema that brings its id along."""
    return Candidate("a", fixed(name), id=schema_id, version=number)


def test_an_import_keeps_ids_and_versions() -> None:
    """In import mode a schema brings its own; nothing is compared."""
    writer = Writer()
    writer.do(set_mode(writer.log, "a", "IMPORT", force=False))
    check = Questions("incompatible")
    assert writer.do(register(writer.log, importing(70, 5), check)) == 70
    assert writer.do(register(writer.log, importing(70, 5), check)) == 70
    assert writer.do(register(writer.log, importing(60, None, "Y"), check)) == 60
    assert [(v.version, v.id) for v in writer.log.versions("a")] == [(5, 70), (6, 60)]
    assert writer.log.next_id == 71


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (importing(None, None, "Y"), 42205),  # no id
        (importing(70, None, "Y"), 42207),  # another's id
        (importing(71, None, "X"), 42207),  # has another id
        (importing(80, 5, "Y"), 42205),  # the version is there
    ],
)
def test_an_import_contradicts_nothing(candidate: Candidate, expected: int) -> None:
    """What is there stays as it is."""
    writer = Writer()
    writer.do(set_mode(writer.log, "a", "IMPORT", force=False))
    writer.do(register(writer.log, importing(70, 5), no_check))
    assert code(writer.do(register(writer.log, candidate, no_check))) == expected


def test_an_import_is_a_schema_too() -> None:
    """Broken schemas and references are refused in import mode as well."""
    writer = Writer()
    writer.do(set_mode(writer.log, "a", "IMPORT", force=False))
    assert code(writer.do(register(writer.log, importing(1, 1), refuse_all))) == 42201
    reference = Reference("Money", "money", 1)
    candidate = Candidate("a", '"Money"', (reference,), id=1)
    assert code(writer.do(register(writer.log, candidate, no_check))) == 42201


def test_ids_are_brought_along_in_import_mode_only() -> None:
    """Elsewhere the registry gives the ids."""
    answer = Writer().do(register(Writer().log, importing(7, 1), no_check))
    assert code(answer) == 42205
