"""What the global options of `bus` said, and what a command opens with them."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from processors.settings import Settings, load, resolve
from processors.subscriptions.world import World
from processors.topics import TopicsWorld
from processors.wiring.control import open_world
from processors.wiring.topics import open_topics


@dataclass(frozen=True, slots=True)
class Root:
    """What the global options said; opens a command's world when called."""

    arguments: dict[str, object]

    def settings(self) -> Settings:
        """The settings, with the Kafka to talk to.

        Raises:
            ConfigurationError: one is wrong, or there is no Kafka.
        """
        return resolve(self.given())

    def given(self) -> Settings:
        """The settings as they were given, a Kafka named or not."""
        return load(**self.arguments)

    def topics(
        self, file: Path | None, replication: int | None
    ) -> AbstractAsyncContextManager[TopicsWorld]:
        """Open what the topic commands work with."""
        return open_topics(self.settings(), file, replication)

    def __call__(self) -> AbstractAsyncContextManager[World]:
        """Open the world."""
        return open_world(self.settings())
