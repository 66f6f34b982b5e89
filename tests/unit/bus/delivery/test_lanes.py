"""Order per key."""

from bus.delivery.lanes import Lanes


def test_one_key_goes_in_turn_others_pass() -> None:
    """The head of a lane starts, the rest waits for its end."""
    lanes: Lanes[str] = Lanes()
    assert lanes.push(b"a", "a1") == "a1"
    assert lanes.push(b"a", "a2") is None
    assert lanes.push(b"b", "b1") == "b1"
    assert lanes.push(b"a", "a3") is None
    assert (len(lanes), lanes.depth(b"a"), lanes.depth(b"b")) == (4, 3, 1)
    assert lanes.finish(b"a") == "a2"
    assert lanes.finish(b"a") == "a3"
    assert lanes.finish(b"a") is None
    assert (len(lanes), lanes.depth(b"a")) == (1, 0)


def test_finishing_what_is_not_there_changes_nothing() -> None:
    """A late completion of a lane that is gone is harmless."""
    lanes: Lanes[int] = Lanes()
    assert lanes.finish(b"a") is None
    assert len(lanes) == 0
