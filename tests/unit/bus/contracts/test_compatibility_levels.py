"""What each level of compatibility compares, and with which versions."""

from collections.abc import Callable

import pytest

from bus.contracts.compatibility import DEFAULT_LEVEL, Level, check
from bus.errors import ConfigurationError
from tests.support.avro_types import field, record

ADD_REQUIRED = (record(), record(field("int")))


ADD_OPTIONAL = (record(), record(field("int", default=1)))


REMOVE_REQUIRED = (record(field("int")), record())


REMOVE_OPTIONAL = (record(field("int", default=1)), record())


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        (ADD_REQUIRED, {"FORWARD"}),
        (ADD_OPTIONAL, {"BACKWARD", "FORWARD", "FULL"}),
        (REMOVE_REQUIRED, {"BACKWARD"}),
        (REMOVE_OPTIONAL, {"BACKWARD", "FORWARD", "FULL"}),
    ],
)
@pytest.mark.parametrize("suffix", ["", "_TRANSITIVE"])
def test_levels_are_those_of_the_registry(
    change: tuple[str, str], allowed: set[str], suffix: str
) -> None:
    """Confluent's table of which change which level allows."""
    old, new = change
    passed = {
        name
        for name in ("BACKWARD", "FORWARD", "FULL")
        if not check(new, [("v1", old)], Level(f"{name}{suffix}"))
    }
    assert passed == allowed


def test_transitive_levels_look_at_all_versions() -> None:
    """A field that two versions ago did not exist needs its default for ever."""
    versions = [
        ("v1", record()),
        ("v2", record(field("int", default=1))),
    ]
    new = record(field("int"))
    assert check(new, versions, Level.BACKWARD) == ()
    (reason,) = check(new, versions, Level.BACKWARD_TRANSITIVE)
    assert reason.startswith("v1: /fields/0 (a)")
    assert DEFAULT_LEVEL is Level.BACKWARD_TRANSITIVE


def test_old_readers_get_their_own_advice() -> None:
    """In the other direction the remedy is another one."""
    (reason,) = check(record(), [("v1", record(field("int")))], Level.FORWARD)
    assert reason == (
        "v1: /fields/0 (a): required, but not in the other schema; "
        "old readers need it: keep the field, it never had a default"
    )


def test_level_none_allows_everything() -> None:
    """Nothing is compared."""
    assert check("int", [("v1", "not even a schema")], Level.NONE) == ()


def test_the_first_version_is_always_allowed() -> None:
    """There is nobody to break."""
    assert check(record(), []) == ()


@pytest.mark.parametrize(
    ("edit", "where"),
    [
        (lambda good: ("{", [("v1", good)]), "the new schema: not an Avro schema"),
        (lambda good: (good, [("v1", '{"type": "x"}')]), "v1: not an Avro schema"),
    ],
)
def test_a_text_that_is_no_schema_is_named(
    edit: Callable[[str], tuple[str, list[tuple[str, str]]]], where: str
) -> None:
    """A broken text is refused with its label, not reported as a change."""
    new, earlier = edit(record())
    with pytest.raises(ConfigurationError, match=where):
        check(new, earlier)
