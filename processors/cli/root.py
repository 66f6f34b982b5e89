"""What the global options of `bus` said, and what a command opens with them."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bus.access.audit import Change
    from processors.access.world import KeysWorld
    from processors.collecting.handing import FilesWorld
    from processors.diagnose.probing import Means
    from processors.outbox.desk import Desk
    from processors.parked.world import ParkedWorld
    from processors.settings import Settings
    from processors.sources.world import SourcesWorld
    from processors.subscriptions.world import World
    from processors.topics import TopicsWorld


@dataclass(frozen=True, slots=True)
class Root:
    """What the global options said; opens a command's world when called."""

    arguments: dict[str, object]

    def settings(self) -> "Settings":
        """The settings, with the Kafka to talk to.

        Raises:
            ConfigurationError: one is wrong, or there is no Kafka.
        """
        from processors.settings import resolve

        return resolve(self.given())

    @property
    def servers(self) -> str:
        """The brokers that are asked, as far as that can be said; else ""."""
        from bus.errors import ConfigurationError

        try:
            return self.settings().bootstrap_servers or ""
        except ConfigurationError:
            return ""

    def given(self) -> "Settings":
        """The settings as they were given, a Kafka named or not."""
        from processors.settings import load

        return load(**self.arguments)

    def api(self) -> "tuple[str, str] | None":
        """The address of the API that commands go through, and the key for it.

        None: they go to Kafka, since no API or brokers as well are named.
        """
        given = self.given()
        if given.url is None or given.bootstrap_servers is not None:
            return None
        key = given.api_key.get_secret_value() if given.api_key else ""
        return given.url, key

    def kafka(self) -> "Settings":
        """The settings of a command that works on Kafka itself.

        Raises:
            ConfigurationError: it is to go through the API, and cannot.
        """
        if self.api() is not None:
            from bus.errors import ConfigurationError

            raise ConfigurationError(
                "this command does not go through the API (ORDERBUS_URL). Name the"
                " brokers: bus --bootstrap-servers HOST:PORT …"
            )
        return self.settings()

    def topics(
        self, file: Path | None, replication: int | None
    ) -> "AbstractAsyncContextManager[TopicsWorld]":
        """Open what the topic commands work with."""
        from processors.wiring.topics import open_topics

        return open_topics(self.kafka(), file, replication)

    def probing(self) -> "AbstractAsyncContextManager[Means]":
        """Open what a diagnosis works with; needs no Kafka, but looks for one.

        With a running `bus dev` endpoints on this machine may be talked to.
        """
        from bus.errors import ConfigurationError
        from processors.settings import resolve
        from processors.wiring.diagnosing import open_means

        try:
            return open_means(resolve(self.given()))
        except ConfigurationError:
            return open_means(self.given())

    def outbox(self) -> "AbstractAsyncContextManager[Desk]":
        """Open the outbox's desk; needs no Kafka."""
        from processors.wiring.outbox import open_desk

        return open_desk(self.given())

    def reading(self) -> "AbstractAsyncContextManager[World]":
        """Open the world for reading: without a key, secrets stay sealed."""
        from processors.wiring.control import open_world

        return open_world(self.kafka(), missed=_tell_missed, reads=True)

    def parked(self) -> "AbstractAsyncContextManager[ParkedWorld]":
        """Open what the commands of parked orders work with."""
        from processors.wiring.parked import open_parked

        return open_parked(self.kafka(), _tell_missed)

    def keys(self) -> "AbstractAsyncContextManager[KeysWorld]":
        """Open what the key commands work with."""
        from processors.wiring.access import open_keys

        return open_keys(self.kafka(), _tell_missed)

    def sources(
        self, *, reads: bool = False
    ) -> "AbstractAsyncContextManager[SourcesWorld]":
        """Open what the source commands work with."""
        from processors.wiring.intake_sources import open_sources

        return open_sources(self.kafka(), missed=_tell_missed, reads=reads)

    def files(self) -> "AbstractAsyncContextManager[FilesWorld]":
        """Open what takes files of sources."""
        from processors.wiring.collecting import open_files

        return open_files(self.kafka())

    def gateway(self) -> str:
        """Where the gateway is, as far as the settings say it."""
        from processors.settings.dev import read_dev
        from processors.wiring.stack import api_url

        settings = self.given()
        named = settings.bootstrap_servers is not None
        state = None if named else read_dev(settings.data_dir)
        return state.api_url if state and state.api_url else api_url(settings)

    def __call__(self) -> "AbstractAsyncContextManager[World]":
        """Open the world."""
        from processors.wiring.control import open_world

        return open_world(self.kafka(), missed=_tell_missed)


def _tell_missed(change: "Change", why: str) -> None:
    from processors.cli.control import warn

    warn(
        f"{change.action} {change.entity_id}: done, but not written down in the"
        f" audit: {why}"
    )
