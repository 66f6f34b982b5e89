"""What a caller may want to show while the embedded Kafka gets ready."""

from typing import Protocol


class Progress(Protocol):
    """Told what happens, from any thread; it must return at once."""

    def step(self, what: str) -> None:
        """A new step begins: "Downloading Apache Kafka 4.4.0", "Starting …"."""
        ...

    def downloaded(self, done: int, total: int) -> None:
        """`done` of `total` bytes are in the cache."""
        ...


class Silence:
    """Shows nothing."""

    def step(self, what: str) -> None:
        """Say nothing."""

    def downloaded(self, done: int, total: int) -> None:
        """Say nothing."""
