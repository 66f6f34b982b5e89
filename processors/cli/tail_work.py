"""What `bus tail` hears from Kafka, and what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, get_args

from bus.access.roles import WHOLE_BUS, Role, principal
from bus.errors import BadCursorError, ConfigurationError
from processors.cli.control import GOOD
from processors.cli.over_api.given import Given
from processors.cli.tail_view import EnoughError, Printer, say_listening
from processors.gateway.live_stream import HEADINGS, described
from processors.gateway.log_models import Outcome
from processors.live.listening import Listening
from processors.live.positions import Kind, Stand, read
from processors.live.signals import Beat, Signal
from processors.live.wanted import Wanted
from processors.subscriptions.world import World
from processors.telemetry.unheard import Unheard
from processors.wiring.streaming import make_live

_OPERATOR = principal("cli", Role.OPERATOR, WHOLE_BUS)
OUTCOMES: Sequence[str] = get_args(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed. `kind` as the API says it; empty: both."""

    kind: str
    types: frozenset[str]
    orders: frozenset[str]
    subscriptions: frozenset[str]
    outcomes: frozenset[str]
    last_id: str
    count: int
    as_json: bool

    @classmethod
    def of(cls, parameters: Mapping[str, object]) -> Self:
        """Read it.

        Raises:
            ConfigurationError: an outcome, or what to go on after, is none.
        """
        given = Given(parameters)
        outcomes = frozenset(given.texts("outcomes"))
        if strange := sorted(outcomes - {*OUTCOMES}):
            raise ConfigurationError(
                f"--outcome: {strange[0]!r} is none; expected {', '.join(OUTCOMES)}"
            )
        _stand(given.text("last_id"))
        return cls(
            kind=given.text("what").removesuffix("s"),
            types=frozenset(given.texts("types")),
            orders=frozenset(given.texts("orders")),
            subscriptions=frozenset(given.texts("subscriptions")),
            outcomes=outcomes,
            last_id=given.text("last_id"),
            count=int(given.text("count") or 0),
            as_json=given.as_json,
        )

    @property
    def wanted(self) -> Wanted:
        """What is to be heard."""
        narrowed = self.subscriptions or self.outcomes
        both = frozenset({Kind.ATTEMPTS} if narrowed else Kind)
        return Wanted(
            kinds=frozenset({HEADINGS[self.kind]}) if self.kind else both,
            types=self.types,
            orders=self.orders,
            subscriptions=self.subscriptions,
            outcomes=self.outcomes,
        )


async def tail(world: World, asked: Asked) -> int:
    """Print what comes, until it is enough or the task is cancelled."""
    live = make_live(world, Unheard())
    printer = Printer(as_json=asked.as_json, count=asked.count)
    stand = _stand(asked.last_id)
    say_listening(as_json=asked.as_json)

    async def tell(signal: Signal) -> None:
        if not isinstance(signal, Beat):
            printer.show(*described(signal, by=_OPERATOR))

    try:
        while True:  # whoever reads us slowly goes on where it was
            async with Listening(live, asked.wanted, stand) as listening:
                await listening.hear(tell)
                stand = read(listening.id)
    except EnoughError:
        return GOOD
    finally:
        await live.close()


def _stand(last_id: str) -> Stand | None:
    try:
        return read(last_id) if last_id else None
    except BadCursorError:
        raise ConfigurationError(
            "--last-id is none: expected the id of a line of bus tail --json"
        ) from None
