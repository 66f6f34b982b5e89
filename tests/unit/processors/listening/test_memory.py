"""A listener remembers the latest attempts, and only so many."""

from processors.listening.memory import Attempt, Memory


def attempt(number: int, size: int = 0) -> Attempt:
    """An attempt with a body of a size."""
    return Attempt(number, 0.0, {}, b"x" * size)


def test_the_latest() -> None:
    """Of each webhook at each path; what has no id has none."""
    memory = Memory()
    memory.remember("/a", "e", attempt(1))
    memory.remember("/a", "e", attempt(2))
    memory.remember("/a", "", attempt(7))
    assert memory.before("/a", "e") == attempt(2)
    assert memory.before("/b", "e") is None
    assert memory.before("/a", "") is None


def test_forgets_the_oldest() -> None:
    """By count and by bytes; what is heard again is young again."""
    memory = Memory(most=2)
    for name in ("a", "b", "a", "c"):
        memory.remember("/", name, attempt(1))
    assert memory.before("/", "b") is None
    assert memory.before("/", "a")
    small = Memory(most_bytes=3_000)
    for name in ("a", "b", "c", "c"):
        small.remember("/", name, attempt(1, 1_000))
    assert [bool(small.before("/", name)) for name in "abc"] == [False, True, True]
