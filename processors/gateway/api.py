"""What handlers work with: the world of the commands, and what serving adds to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self, TypeAlias

from bus.access.roles import Principal
from bus.client.producer import EventWriter
from bus.contracts.catalogue import Catalogue
from bus.log.store import Log
from bus.observation import Observer
from bus.watch.facts import Objective
from processors.access.table import KeyTable
from processors.access.uses import Uses
from processors.access.world import KeysWorld
from processors.access.writer import KeyWriter
from processors.diagnose.probing import Means
from processors.forecasting.foresight import Foresight
from processors.gateway.few import Few, plans, searches
from processors.gateway.jobs import Jobs
from processors.gateway.limits import Asking, asking
from processors.gateway.streams import Streams
from processors.live.hub import Live
from processors.migrations.world import HeldMigrations
from processors.parked.world import ParkedWorld
from processors.redrive.fates import KnownFates
from processors.redrive.known_items import KnownItems
from processors.redrive.known_letters import KnownLetters
from processors.rules.held import HeldRules
from processors.settings.telling import InForce
from processors.sources.world import SourcesWorld
from processors.status.glance import Glance
from processors.subscriptions.world import World
from processors.watch.board import Board

Authenticate: TypeAlias = Callable[[str], Principal]
"""Who holds this token; raises `NotAuthenticatedError`."""


AskLog: TypeAlias = Callable[[], Awaitable[Log | None]]
"""The log, to be asked only; None where there is none, or none yet."""


async def no_log() -> None:
    """There is none."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What the API says of itself, made once from the table of routes."""

    openapi: bytes = b"{}"
    asyncapi: bytes = b"{}"
    page: bytes = b""
    style: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """What this process was told to be: its settings, each with who said it."""

    process: str = ""
    settings: Sequence[InForce] = ()


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys, what changes them, and what notes their use."""

    table: KeyTable
    writer: KeyWriter
    uses: Uses
    world: KeysWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The ports and tables of a gateway; made in `processors.wiring`."""

    world: World
    catalogue: Catalogue
    writer: EventWriter
    authenticate: Authenticate
    keys: Keyring
    observer: Observer
    jobs: Jobs
    live: Live
    streams: Streams
    means: Means
    board: Board
    glance: Glance
    foresight: Foresight
    rules: HeldRules
    migrations: HeldMigrations
    parked: ParkedWorld
    sources: SourcesWorld
    asking: Asking = field(default_factory=partial(asking, 0))
    most_of_tenant: int = 0
    objective: Objective = field(default_factory=Objective)
    runbook: str = "deploy/runbook.md"
    log: AskLog = no_log
    asyncapi: Callable[[], Mapping[str, object]] = dict
    fates: KnownFates = field(default_factory=KnownFates)
    items: KnownItems = field(default_factory=KnownItems)
    letters: KnownLetters = field(default_factory=KnownLetters)
    searches: Few = field(default_factory=searches)
    plans: Few = field(default_factory=plans)
    told: Told = field(default_factory=Told)
    papers: Callable[[], Papers] = Papers

    def by(self, key_id: str, address: str) -> Self:
        """The same, what is done in its world written down as a visitor's."""
        world = self.world.by(key_id, address)
        keys = replace(self.keys, writer=self.keys.writer.by(world.trail))
        parked = replace(self.parked, trail=world.trail)
        return replace(self, world=world, keys=keys, parked=parked)
