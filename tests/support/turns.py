"""The event loop, turn by turn."""

from collections.abc import Generator
from types import coroutine


@coroutine
def turn() -> Generator[None, None, None]:
    """Let the loop go round once: what was asked of its next turn is done."""
    yield
