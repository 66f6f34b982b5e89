"""Where `bus listen` listens: a port, a queue, a topic, a subject."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bus.delivery.endpoint import SCHEMES, Kind
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.ports import Clock
from bus.receiving import Arrival, Inlet, Reaction
from processors.cli.control import read_text
from processors.listening.arrivals import Arrivals
from processors.listening.listener import Listener
from processors.listening.plan import Plan
from processors.wiring.inlets import grpc_inlet, inlet_at, pull_inlet
from processors.wiring.listening import refuse_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the options of `bus listen` say."""

    secret_file: str | None = None
    answer: str | None = None
    forward: str | None = None
    keep: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    count: int | None = None
    body: bool = False
    headers: bool = False
    as_json: bool = False
    grpc: bool = False
    kafka: str | None = None
    amqp: str | None = None
    amqp1: str | None = None
    nats: str | None = None
    redis: str | None = None
    sqs: str | None = None
    pubsub: str | None = None
    pull: str | None = None
    subscription: str | None = None
    key_file: str | None = None
    username: str | None = None
    password_file: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A way to listen: its kind, and the URL of a queue, topic, subject or gateway."""

    kind: Kind
    url: str = ""

    @property
    def answered(self) -> bool:
        """Whether who sends there hears an answer."""
        return not self.url or self.kind is Kind.PULL

    @property
    def taken(self) -> bool:
        """Whether what is shown is gone from there for all others."""
        if self.kind is Kind.AMQP:
            return "/queues/" in self.url
        return self.kind in {Kind.AMQP1, Kind.SQS}


def place_of(wish: Wish) -> Place:
    """Where to listen.

    Raises:
        ConfigurationError: at two places at once, at no URL of that kind, or answers
            are wished for where nobody is answered.
    """
    queues = {
        Kind.KAFKA: wish.kafka,
        Kind.AMQP: wish.amqp,
        Kind.AMQP1: wish.amqp1,
        Kind.NATS: wish.nats,
        Kind.REDIS: wish.redis,
        Kind.SQS: wish.sqs,
        Kind.PUBSUB: wish.pubsub,
    }
    found = [Place(kind, url) for kind, url in queues.items() if url]
    found += [Place(Kind.GRPC)] if wish.grpc else []
    found += [Place(Kind.PULL, wish.pull)] if wish.pull else []
    if len(found) > 1:
        names = " and ".join(f"--{place.kind}" for place in found)
        raise ConfigurationError(f"{names}: one place at a time")
    place = found[0] if found else Place(Kind.HTTP)
    scheme = SCHEMES.get(place.url.partition(":")[0])
    kind = Kind.GRPC if place.kind is Kind.PULL else place.kind
    if place.url and (scheme is None or scheme.kind is not kind):
        fit = [name for name, one in SCHEMES.items() if one.kind is kind]
        schemes = " or ".join(f"{name}://" for name in fit)
        raise ConfigurationError(f"--{place.kind} {place.url}: expected {schemes}")
    _refuse_unheard(wish, place, queues)
    return place


def _refuse_unheard(wish: Wish, place: Place, queues: Iterable[Kind]) -> None:
    """Refuse options that mean nothing at a place."""
    if wish.answer is not None and not place.answered:
        raise ConfigurationError(
            f"--answer: over {place.kind} nobody hears an answer; leave it out"
        )
    if wish.pull is None and (wish.subscription or wish.key_file):
        raise ConfigurationError("--subscription and --key-file are for --pull")
    if place.answered and (wish.username or wish.password_file):
        raise ConfigurationError(
            "--username and --password-file are for what reads a queue: "
            + ", ".join(f"--{kind}" for kind in queues)
        )


class Opened:
    """What listens. `url` is where, `close` ends it."""

    def __init__(
        self,
        wish: Wish,
        place: Place,
        plan: Plan,
        clock: Clock,
        away: Callable[[str], object],
    ) -> None:
        self._wish = wish
        self._place = place
        self._arrivals = Arrivals(clock, plan, answered=place.answered)
        self._listener = Listener(clock, plan)
        self._inlet = _inlet(wish, place, clock, away)
        self._begun = asyncio.Event()

    async def open(self) -> str:
        """Begin to listen; returns where.

        Raises:
            ConfigurationError: that cannot be.
        """
        if self._inlet is not None:
            return await self._inlet.open(self._take)
        host = self._wish.host
        try:
            port = await self._listener.start(host, self._wish.port)
        except OSError as error:
            raise ConfigurationError(
                f"--port: cannot listen on {host}:{self._wish.port}: {error.strerror}"
            ) from None
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    def begin(self) -> None:
        """Where it listens has been said; now what was there already is shown, too."""
        self._begun.set()

    async def _take(self, arrival: Arrival) -> Reaction:
        await self._begun.wait()
        return await self._arrivals.take(arrival)

    async def close(self) -> None:
        """Listen no more."""
        if self._inlet is not None:
            await self._inlet.close()
        await self._listener.close()


def _inlet(
    wish: Wish, place: Place, clock: Clock, away: Callable[[str], object]
) -> Inlet | None:
    if place.kind is Kind.PULL:
        return pull_inlet(place.url, wish.subscription or "", _key(wish), away)
    if place.url:
        return inlet_at(place.url, place.kind, _login(wish), int(clock.now() * 1000))
    refuse_taken(wish.host, wish.port, "--port")
    return grpc_inlet(wish.host, wish.port) if wish.grpc else None


def _key(wish: Wish) -> str:
    if wish.key_file is None:
        raise ConfigurationError("--pull needs --key-file: the key to dial with")
    return read_text(wish.key_file).strip()


def _login(wish: Wish) -> Login | None:
    if wish.username is None and wish.password_file is None:
        return None
    if wish.username is None or wish.password_file is None:
        raise ConfigurationError("--username and --password-file belong together")
    return Login(username=wish.username, password=read_text(wish.password_file).strip())
