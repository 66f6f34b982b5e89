"""What may be committed, and what is not delivered again."""

import base64
import zlib

import pytest

from bus.delivery.offsets import Ledger
from bus.delivery.settled import METADATA_BYTES
from bus.record import Commit

MANY = [f"subscription-{number}" for number in range(1_000)]


def committed(ledger: Ledger) -> Commit:
    """What a ledger has to commit; there must be something."""
    commit = ledger.commit()
    assert commit is not None
    return commit


def test_the_position_is_before_the_first_unsettled() -> None:
    """All before it are settled, with gaps in the offsets."""
    ledger = Ledger(None)
    assert (ledger.position, ledger.unsettled, ledger.commit()) == (None, 0, None)
    for offset in (5, 9, 10):
        ledger.begin(offset, ["a", "b"])
    assert (ledger.position, ledger.unsettled) == (5, 3)
    for offset in (9, 5):
        ledger.settle(offset, "a")
        ledger.settle(offset, "b")
    assert (ledger.position, ledger.unsettled) == (10, 1)
    ledger.settle(10, "b")
    assert ledger.position == 10
    ledger.settle(10, "a")
    assert (ledger.position, ledger.unsettled) == (11, 0)


def test_a_record_nobody_wants_is_settled_at_once() -> None:
    """Filtered out is settled."""
    ledger = Ledger(None)
    ledger.begin(3, [])
    assert committed(ledger) == Commit(4, "")


def test_settling_again_or_the_unknown_changes_nothing() -> None:
    """Late and doubled completions are harmless."""
    ledger = Ledger(None)
    ledger.begin(3, ["a", "b"])
    ledger.settle(3, "a")
    ledger.settle(3, "a")
    ledger.settle(3, "z")
    ledger.settle(99, "a")
    assert ledger.position == 3


def test_offsets_seen_before_are_ignored() -> None:
    """After a seek back, records below the position do not pull it back."""
    ledger = Ledger(Commit(10))
    ledger.begin(7, ["a"])
    assert (ledger.position, ledger.unsettled) == (None, 0)
    assert ledger.remaining(7, ["a"]) == ["a"]
    ledger.begin(10, ["a"])
    ledger.settle(10, "a")
    ledger.begin(10, ["a"])
    assert (ledger.position, ledger.unsettled) == (11, 0)


def test_nothing_new_nothing_to_commit() -> None:
    """The same position is committed once; a commit that failed, again."""
    ledger = Ledger(Commit(3))
    ledger.begin(3, ["a"])
    first = committed(ledger)
    assert first.offset == 3
    assert ledger.commit() is None
    ledger.begin(4, [])
    ledger.settle(3, "a")
    assert committed(ledger) == Commit(5)
    assert ledger.commit() is None
    ledger.not_committed()
    assert committed(ledger) == Commit(5)


def test_what_equals_the_last_commit_is_not_committed_again() -> None:
    """A restart that reads what it knew already has nothing to say."""
    ledger = Ledger(None)
    ledger.begin(0, ["a", "b"])
    ledger.settle(0, "a")
    commit = committed(ledger)
    again = Ledger(commit)
    again.begin(0, again.remaining(0, ["a", "b"]))
    assert again.commit() is None


def test_a_restart_knows_what_was_settled() -> None:
    """Whole records beyond the position, and single deliveries."""
    ledger = Ledger(None)
    for offset in range(20, 30):
        ledger.begin(offset, ["a", "b", "c", "d"])
    for offset in (21, 22, 25):
        for delivery in "abcd":
            ledger.settle(offset, delivery)
    ledger.settle(23, "a")
    for delivery in "abc":
        ledger.settle(24, delivery)
    commit = committed(ledger)
    assert commit.offset == 20
    restarted = Ledger(commit)
    remaining = {
        offset: "".join(restarted.remaining(offset, "abcd")) for offset in range(19, 31)
    }
    assert remaining == {
        **dict.fromkeys(range(19, 31), "abcd"),
        **dict.fromkeys((21, 22, 25), ""),
        23: "bcd",
        24: "d",
    }


@pytest.mark.parametrize("done", [1, 3])
def test_a_second_restart_still_knows(done: int) -> None:
    """What the first restart knew travels on, read again or not yet."""
    ledger = Ledger(None)
    for offset in range(4):
        ledger.begin(offset, ["a", "b", "c", "d"])
    for offset in (1, 2):
        for delivery in "abcd"[:done]:
            ledger.settle(offset, delivery)
    for delivery in "abcd":
        ledger.settle(3, delivery)
    first = Ledger(committed(ledger))
    first.begin(0, first.remaining(0, "abcd"))
    first.begin(1, first.remaining(1, "abcd"))
    first.settle(0, "a")
    first.settle(1, "d")
    second = Ledger(committed(first))
    expected = ["bcd", "bc" if done == 1 else "abcd", "bcd" if done == 1 else "d", ""]
    if done == 3:
        # Settling the last one settled record 1 as a whole.
        expected[1] = ""
    found = ["".join(second.remaining(offset, "abcd")) for offset in range(4)]
    assert found == expected


def test_what_only_pending_ones_told_is_known_after_two_restarts() -> None:
    """Commits made in between, with nothing new of a record, forget nothing of it."""
    ledger = Ledger(None)
    ledger.begin(0, ["a", "b", "c"])
    ledger.settle(0, "a")
    ledger.settle(0, "b")
    for offset in (1, 2, 3):
        restarted = Ledger(committed(ledger))
        assert restarted.remaining(0, "abc") == ["c"]
        restarted.begin(0, ["c"])
        restarted.begin(offset, [])
        ledger = restarted


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "notes of another tool",
        "2:abc",
        "1:",
        "1:!!!!",
        "1:AAAA",
        "1:" + base64.b64encode(zlib.compress(b"")).decode(),
        "1:" + base64.b64encode(zlib.compress(b"\x05\x09\x09short")).decode(),
        "1:" + base64.b64encode(zlib.compress(b"\x05\x09\x00\x01\x02\x07")).decode(),
        "1:" + base64.b64encode(zlib.compress(b"\x06\x09\x00")).decode(),
        "1:" + base64.b64encode(zlib.compress(b"\x05\xff\xff")).decode(),
    ],
)
def test_unknown_or_damaged_metadata_is_ignored(metadata: str) -> None:
    """It costs duplicates at most; so does an offset that was reset by hand."""
    ledger = Ledger(Commit(5, metadata))
    assert ledger.remaining(6, ["a"]) == ["a"]
    ledger.begin(5, ["a"])
    assert ledger.position == 5


def test_metadata_fits_whatever_happens() -> None:
    """Thousands of records, a thousand deliveries each: lower offsets are kept."""
    ledger = Ledger(None)
    for offset in range(600):
        ledger.begin(offset, MANY)
    for offset in range(600):
        for delivery in MANY[offset : offset + 500]:
            ledger.settle(offset, delivery)
    commit = committed(ledger)
    assert commit.metadata.isascii()
    assert 2_000 < len(commit.metadata) <= METADATA_BYTES
    restarted = Ledger(commit)
    for offset in (0, 1, 300, 599):
        remaining = set(restarted.remaining(offset, MANY))
        assert remaining >= set(MANY) - set(MANY[offset : offset + 500])
    assert len(restarted.remaining(0, MANY)) < len(MANY)


def test_pending_ones_of_a_restored_record_that_no_longer_fit_are_not_lost() -> None:
    """When there is no room for all that is pending, the record is done anew."""
    ledger = Ledger(None)
    for offset in range(40):
        ledger.begin(offset, MANY)
    for offset in range(40):
        pending = set(MANY[offset * 9 : offset * 9 + 9])
        for delivery in MANY:
            if delivery not in pending:
                ledger.settle(offset, delivery)
    first = Ledger(committed(ledger))
    others = [f"other-{number}" for number in range(1_000)]
    first.begin(0, others)
    for delivery in others[:150]:
        first.settle(0, delivery)
    second = Ledger(committed(first))
    for offset in range(1, 40):
        assert set(second.remaining(offset, MANY)) >= set(MANY[offset * 9 :][:9])


def test_many_small_records_keep_the_lower_ones() -> None:
    """The number of records listed is bounded; beyond them nothing is claimed."""
    ledger = Ledger(None)
    for offset in range(0, 30_000, 3):
        ledger.begin(offset, ["a", "b"])
        ledger.settle(offset, "a")
    commit = committed(ledger)
    assert len(commit.metadata) < METADATA_BYTES
    restarted = Ledger(commit)
    assert restarted.remaining(0, "ab") == ["b"]
    assert restarted.remaining(29_997, "ab") == ["a", "b"]


def test_large_offsets() -> None:
    """Offsets are 64 bits, distances too."""
    ledger = Ledger(None)
    for offset in (2**62, 2**62 + 2**40):
        ledger.begin(offset, ["a", "b"])
        ledger.settle(offset, "a")
    restarted = Ledger(committed(ledger))
    assert restarted.remaining(2**62 + 2**40, "ab") == ["b"]


def test_expired_counts_what_was_not_settled() -> None:
    """Not read and open ones, apart; what is settled beyond the commit is none."""
    before = Ledger(Commit(5))
    for offset in range(5, 9):
        before.begin(offset, ("a",))
    before.settle(6, "a")
    restored = before.commit()
    assert restored is not None
    ledger = Ledger(restored)
    ledger.begin(5, ("a",))
    assert ledger.expire(20) == (20 - 6 - 1, 1)


def test_expired_is_counted_once() -> None:
    """Two who notice the same, or a start that goes on, add nothing twice."""
    ledger = Ledger(Commit(5))
    assert ledger.expire(8) == (3, 0)
    assert ledger.expire(8) == (0, 0)
    assert ledger.expire(10) == (2, 0)
    assert ledger.expire(4) == (0, 0)


def test_a_skip_is_committed() -> None:
    """What was told of is behind the group: the next owner need not tell it again."""
    ledger = Ledger(Commit(5))
    ledger.expire(8)
    ledger.skip(8)
    assert ledger.commit() == Commit(8)
    assert Ledger(Commit(8)).expire(8) == (0, 0)


def test_a_skip_leaves_open_what_is_open() -> None:
    """A record in memory is still tried; its offset holds the commit."""
    ledger = Ledger(Commit(5))
    ledger.begin(5, ("a",))
    assert ledger.expire(8) == (2, 1)
    ledger.skip(8)
    assert ledger.position == 5
    ledger.settle(5, "a")
    assert ledger.position == 8


def test_a_group_that_stands_nowhere_misses_nothing() -> None:
    """It has no position that anything could lie before."""
    ledger = Ledger(None)
    assert ledger.expire(8) == (0, 0)
    ledger.skip(8)
    assert ledger.commit() is None
    ledger.begin(10, ())
    assert ledger.expire(15) == (4, 0)
