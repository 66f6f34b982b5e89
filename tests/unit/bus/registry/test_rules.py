"""Deleting, levels and modes."""

import json

import pytest

from bus.registry.admission import Candidate, register
from bus.registry.answers import (
    NO_SCHEMA,
    Refused,
    complete_text,
    find_content,
    find_version,
    level_of,
    mode_of,
    own_setting,
    referenced_by,
)
from bus.registry.records import Content, Kind, Reference
from bus.registry.rules import (
    delete_subject,
    delete_version,
    drop_setting,
    set_level,
    set_mode,
)
from tests.support.schema_log import Writer, fixed, no_check


@pytest.fixture
def writer() -> Writer:
    """A log with three versions of `a`."""
    writer = Writer()
    for name in "XYZ":
        writer.do(register(writer.log, Candidate("a", fixed(name)), no_check))
    return writer


def code(answer: object) -> int:
    """The code of a refusal."""
    assert isinstance(answer, Refused), answer
    return answer.code


def hide(writer: Writer, number: int) -> object:
    """Delete a version of `a`."""
    return writer.do(delete_version(writer.log, "a", number, permanent=False))


def remove(writer: Writer, number: int) -> object:
    """Delete a version of `a` for good."""
    return writer.do(delete_version(writer.log, "a", number, permanent=True))


def test_a_version_is_hidden_and_then_removed(writer: Writer) -> None:
    """Its id answers as long as it is only hidden."""
    assert hide(writer, 2) == 2
    assert code(find_version(writer.log, "a", 2)) == 40402
    assert writer.log.with_id(2)
    assert remove(writer, 2) == 2
    assert not writer.log.with_id(2)
    assert writer.log.next_id == 4


def test_the_latest_version_is_deleted_by_name(writer: Writer) -> None:
    """`latest` is the last one that is not hidden."""
    assert hide(writer, -1) == 3
    assert hide(writer, -1) == 2


def test_versions_that_cannot_be_deleted(writer: Writer) -> None:
    """Each case has its own code."""
    assert code(hide(writer, 9)) == 40402
    assert code(remove(writer, 1)) == 40407
    hide(writer, 1)
    assert code(hide(writer, 1)) == 40406
    assert code(remove(writer, 9)) == 40402
    unknown = writer.do(delete_version(writer.log, "b", 1, permanent=False))
    assert code(unknown) == 40401


def test_a_subject_is_hidden_and_then_removed(writer: Writer) -> None:
    """With its level and mode; numbers start anew once it is gone."""
    writer.do(set_level(writer.log, "a", "FULL"))
    writer.do(set_mode(writer.log, "a", "READWRITE", force=False))
    assert writer.do(delete_subject(writer.log, "a", permanent=False)) == (1, 2, 3)
    assert own_setting(writer.log, Kind.CONFIG, "a") is None
    assert own_setting(writer.log, Kind.MODE, "a") is None
    assert code(find_version(writer.log, "a", -1)) == 40401
    assert writer.do(delete_subject(writer.log, "a", permanent=True)) == (1, 2, 3)
    assert not list(writer.log.subjects())
    writer.do(register(writer.log, Candidate("a", fixed("W")), no_check))
    assert [(v.version, v.id) for v in writer.log.versions("a")] == [(1, 4)]


def test_subjects_that_cannot_be_deleted(writer: Writer) -> None:
    """Each case has its own code."""
    assert code(delete_subject(writer.log, "b", permanent=False)) == 40401
    assert code(delete_subject(writer.log, "a", permanent=True)) == 40405
    writer.do(delete_subject(writer.log, "a", permanent=False))
    assert code(delete_subject(writer.log, "a", permanent=False)) == 40404


def test_what_others_refer_to_stays(writer: Writer) -> None:
    """Until those are gone themselves."""
    text = json.dumps({"type": "array", "items": "X"})
    candidate = Candidate("b", text, (Reference("X", "a", 1),))
    writer.do(register(writer.log, candidate, no_check))
    assert referenced_by(writer.log, "a", 1) == (4,)
    assert code(hide(writer, 1)) == 42206
    assert code(delete_subject(writer.log, "a", permanent=False)) == 42206
    assert hide(writer, 2) == 2
    writer.do(delete_subject(writer.log, "b", permanent=False))
    assert hide(writer, 1) == 1
    # Hidden, the type still completes the schemas that use it.
    held = writer.log.with_id(4)[0].content
    assert json.loads(str(complete_text(writer.log, held)))["items"]["name"] == "X"


def test_nothing_is_deleted_in_a_read_only_registry(writer: Writer) -> None:
    """Nor is a level set; the mode alone can be changed."""
    writer.do(set_mode(writer.log, "a", "READONLY", force=False))
    assert code(hide(writer, 1)) == 42205
    assert code(delete_subject(writer.log, "a", permanent=False)) == 42205
    assert code(set_level(writer.log, "a", "FULL")) == 42205
    writer.do(drop_setting(writer.log, Kind.MODE, "a", "READWRITE"))
    assert hide(writer, 1) == 1


def test_schemas_are_found_by_what_they_say(writer: Writer) -> None:
    """Among the live versions of a subject, or all of them."""
    x, w = Content(fixed("X")), Content(fixed("W"))
    found = find_content(writer.log, "a", x)
    assert not isinstance(found, Refused)
    assert found.version == 1
    assert find_content(writer.log, "a", w) == NO_SCHEMA
    assert code(find_content(writer.log, "b", x)) == 40401
    hide(writer, 1)
    assert find_content(writer.log, "a", x) == NO_SCHEMA
    assert not isinstance(find_content(writer.log, "a", x, deleted=True), Refused)


def test_the_closest_level_and_mode_hold(writer: Writer) -> None:
    """A subject's own, else the global one, else the default."""
    assert (level_of(writer.log, "a"), mode_of(writer.log, "a")) == (
        "BACKWARD_TRANSITIVE",
        "READWRITE",
    )
    assert writer.do(set_level(writer.log, None, "full")) == "FULL"
    assert level_of(writer.log, "a") == "FULL"
    writer.do(set_level(writer.log, "a", "NONE"))
    assert (level_of(writer.log, "a"), level_of(writer.log, "b")) == ("NONE", "FULL")
    assert writer.do(drop_setting(writer.log, Kind.CONFIG, "a", "-")) == "NONE"
    assert level_of(writer.log, "a") == "FULL"
    assert writer.do(drop_setting(writer.log, Kind.CONFIG, None, "-")) == "FULL"
    assert writer.do(drop_setting(writer.log, Kind.CONFIG, None, "-")) == "-"


def test_settings_that_cannot_be(writer: Writer) -> None:
    """Each case has its own code."""
    assert code(set_level(writer.log, None, "SOME")) == 42203
    assert code(set_mode(writer.log, None, "SOME", force=True)) == 42204
    assert code(drop_setting(writer.log, Kind.MODE, "a", "")) == 40409
    assert code(drop_setting(writer.log, Kind.CONFIG, "a", "")) == 40401


def test_import_mode_is_for_what_is_empty(writer: Writer) -> None:
    """Unless forced: ids of two registries would meet."""
    assert code(set_mode(writer.log, None, "IMPORT", force=False)) == 42205
    assert code(set_mode(writer.log, "a", "IMPORT", force=False)) == 42205
    assert writer.do(set_mode(writer.log, "b", "IMPORT", force=False)) == "IMPORT"
    assert writer.do(set_mode(writer.log, None, "IMPORT", force=True)) == "IMPORT"
