"""Who leaves undone what a group wants of its members."""

from bus.delivery.membership import Assigned, Held, Obedience, holders, undone
from bus.record import TopicPartition

A, B, C = (TopicPartition("oms.order", number) for number in range(3))


def held(*partitions: TopicPartition) -> Held:
    """Some partitions."""
    return frozenset(partitions)


def test_who_keeps_what_others_wait_for_is_the_one() -> None:
    """The other cannot take it yet, and has nothing to do."""
    members = {
        "keeps": Assigned(held(A, B), held(A)),
        "waits": Assigned(held(), held(B)),
    }
    assert undone(members, "keeps", held(A, B)) == {B}
    assert undone(members, "waits", held()) == held()


def test_what_was_asked_back_and_is_still_held_counts() -> None:
    """The coordinator has it as nobody's by then; the client knows better."""
    members = {"keeps": Assigned(held(A), held(A)), "waits": Assigned(held(), held(B))}
    assert undone(members, "keeps", held(A, B)) == {B}


def test_who_does_not_take_what_is_free_is_the_one() -> None:
    """Nobody else holds it."""
    members = {
        "idle": Assigned(held(A), held(A, C)),
        "other": Assigned(held(B), held(B)),
    }
    assert undone(members, "idle", held(A)) == {C}
    assert undone(members, "other", held(B)) == held()


def test_what_the_coordinator_says_we_hold_and_the_client_does_not_counts() -> None:
    """Such a partition has no reader either."""
    members = {"me": Assigned(held(A, B), held(A, B))}
    assert undone(members, "me", held(A)) == {B}
    assert undone(members, "me", held(A, B)) == held()


def test_who_is_told_nothing_leaves_nothing_undone() -> None:
    """A member of the classic protocol has no target; a new one is not known yet."""
    members = {"classic": Assigned(held(A), None)}
    assert undone(members, "classic", held(B)) == held()
    assert undone(members, "unknown", held(B)) == held()
    assert holders(members) == {A}
    assert holders({}) == held()


def test_only_what_stays_undone_counts() -> None:
    """Giving back and taking need their time."""
    obedience = Obedience()
    assert obedience.stuck(held(A)) == held()
    assert obedience.stuck(held(B)) == held()
    assert obedience.stuck(held(B, C)) == {B}
    assert obedience.stuck(held()) == held()
    assert obedience.stuck(held(C)) == held()
