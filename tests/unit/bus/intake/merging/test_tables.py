"""What is remembered of messages and orders, within bounds."""

from uuid import UUID

from bus.intake.merging.tables import Newest, Owner, Seen
from bus.intake.merging.versions import Version

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))
HERE, THERE = Owner("t/0/1#0", "T"), Owner("t/0/2#0", "T")


def test_a_message_belongs_to_who_brought_it_first() -> None:
    """To its own record it is no repeat, to any other it is."""
    seen = Seen(10)
    assert not seen.belongs_to_another(ONE, HERE, 0)
    seen.hold(ONE, HERE, 100, 0)
    assert not seen.belongs_to_another(ONE, HERE, 1)
    assert seen.belongs_to_another(ONE, THERE, 1)


def test_after_its_window_it_belongs_to_nobody() -> None:
    """Whoever brings it then brings it first."""
    seen = Seen(10)
    seen.hold(ONE, HERE, 100, 0)
    assert seen.belongs_to_another(ONE, THERE, 99)
    assert not seen.belongs_to_another(ONE, THERE, 100)
    assert len(seen) == 0


def test_a_topic_made_anew_has_other_records_at_the_same_offsets() -> None:
    """Its id tells; where it is not known, the place does."""
    seen = Seen(10)
    seen.hold(ONE, HERE, 100, 0)
    assert seen.belongs_to_another(ONE, Owner(HERE.place, "U"), 1)
    assert not seen.belongs_to_another(ONE, Owner(HERE.place, ""), 1)
    seen.hold(TWO, Owner(HERE.place), 100, 0)
    assert not seen.belongs_to_another(TWO, HERE, 1)


def test_what_is_over_makes_room_first() -> None:
    """Only what is forgotten before its time is counted."""
    seen = Seen(2)
    seen.hold(ONE, HERE, 10, 0)
    seen.hold(TWO, HERE, 100, 0)
    seen.hold(THREE, HERE, 100, 50)
    assert (len(seen), seen.forgotten) == (2, 0)
    seen.hold(ONE, HERE, 100, 50)
    assert (len(seen), seen.forgotten) == (2, 1)
    assert not seen.belongs_to_another(TWO, THERE, 50)


def test_the_newest_version_stays() -> None:
    """An older one that is taken later changes nothing."""
    newest = Newest(10)
    assert newest.of("o") is None
    newest.take("o", Version("2"))
    newest.take("o", Version("1"))
    assert newest.of("o") == Version("2")
    newest.take("o", Version("3"))
    assert newest.of("o") == Version("3")


def test_orders_that_were_not_told_for_long_are_forgotten() -> None:
    """The one that was told last stays."""
    newest = Newest(2)
    for order in ("a", "b", "a", "c"):
        newest.take(order, Version("1"))
    assert newest.of("b") is None
    assert newest.of("a") == newest.of("c") == Version("1")
    assert len(newest) == 2
