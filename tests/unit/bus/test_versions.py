"""Which record of a configuration topic stands."""

import pytest

from bus.record import Headers, Record
from bus.versions import READ_TO, Standing, read_to_header, take, version_of

OLD = Standing(10, 10, settled=True)


def _record(headers: Headers, topic_id: str = "T1", partition: int = 0) -> Record:
    return Record("t", partition, 20, 0, b"k", b"v", headers, topic_id=topic_id)


def _said(text: bytes) -> Headers:
    return ((READ_TO, text),)


def test_who_has_read_what_stands_replaces_it() -> None:
    """And who has not is ignored by everybody."""
    assert take(OLD, _record(read_to_header("T1", {0: 11}))) == (
        Standing(20, 20, settled=True),
        True,
    )
    assert take(OLD, _record(read_to_header("T1", {0: 10}))) == (
        Standing(10, 20, settled=False),
        False,
    )
    assert take(OLD, _record(read_to_header("T1", {})))[1] is False
    assert take(OLD, _record(read_to_header("T1", {1: 99})))[1] is False
    assert take(OLD, _record(read_to_header("T1", {1: 11}), partition=1))[1] is True


def test_what_is_met_first_is_taken() -> None:
    """Compaction leaves nothing else."""
    assert take(None, _record(read_to_header("T1", {})))[1] is True


def test_one_that_did_not_see_an_ignored_one_leaves_work() -> None:
    """Whoever began with the ignored one takes it for what stands."""
    unsettled = Standing(10, 15, settled=False)
    after, stands = take(unsettled, _record(read_to_header("T1", {0: 12})))
    assert (stands, after.settled) == (True, False)
    after, stands = take(unsettled, _record(read_to_header("T1", {0: 16})))
    assert (stands, after.settled) == (True, True)


@pytest.mark.parametrize(
    ("headers", "topic_id"),
    [
        ((), "T1"),
        (read_to_header("T0", {0: 1}), "T1"),
        (_said(b"T1"), "T1"),
        (_said(b"T1/x"), "T1"),
        (_said(b"T1/\xd9\xa3"), "T1"),
        (_said(b"\xff\xff"), "T1"),
    ],
)
def test_what_says_nothing_usable_is_taken_as_it_comes(
    headers: Headers, topic_id: str
) -> None:
    """By an older `bus`, by hand, copied from another topic, or damaged."""
    assert take(OLD, _record(headers, topic_id)) == (
        Standing(20, 20, settled=True),
        True,
    )


@pytest.mark.parametrize("topic_ids", [("", "T1"), ("T1", ""), ("", "")])
def test_without_topic_ids_offsets_are_believed(topic_ids: tuple[str, str]) -> None:
    """Brokers may be too old to know any."""
    writer, reader = topic_ids
    assert take(OLD, _record(read_to_header(writer, {0: 3}), reader))[1] is False


def test_a_version_has_one_name_wherever_it_is() -> None:
    """It is made of what is stored."""
    assert version_of(b"a") == version_of(b"a") != version_of(b"b")
