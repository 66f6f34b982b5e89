"""What goes wrong, and how it ends: each a pair of small acts on the stage."""

from random import Random
from typing import TypeAlias

from bus.delivery.delivery import Origin
from bus.record import Message, TopicPartition
from bus.topics.topic import Cluster
from processors.subscriptions.onboarding import rotate
from tests.day.cast import PARTNERS, always, often, well
from tests.day.flow import Answer, Endpoint
from tests.day.incident import Act
from tests.day.stage import Stage

Acts: TypeAlias = tuple[Act, Act]
USUAL = {partner.name: partner.usual_s for partner in PARTNERS}
_DAY_S = 86_400


def answers(endpoint: Endpoint, *names: str) -> Acts:
    """Endpoints answer otherwise for a while."""

    def begin(stage: Stage) -> None:
        for name in names:
            stage.town.flows[name].endpoint = endpoint

    def end(stage: Stage) -> None:
        for name in names:
            stage.town.flows[name].endpoint = well(USUAL[name])

    return begin, end


def down(*names: str, said: int | str = 503) -> Acts:
    """Endpoints give one answer, for a while."""
    return answers(always(said), *names)


def slow(name: str, took_s: float) -> Acts:
    """An endpoint takes its time."""
    return answers(well(took_s), name)


def flaky(name: str, share: float, said: int | str, took_s: float) -> Acts:
    """An endpoint fails so often."""
    ill = always(said, took_s)
    return answers(often(share, ill, well(USUAL[name])), name)


def throttling(name: str, one_in: int) -> Acts:
    """An endpoint lets one of so many through."""

    def answer(random: Random) -> Answer:
        return (202 if random.randrange(one_in) == 0 else 429), 0.05

    return answers(answer, name)


def surge(topic: str, factor: float) -> Acts:
    """So many times as much comes of a topic as usual."""
    return (
        lambda stage: stage.town.surge.update({topic: factor}),
        lambda stage: stage.town.surge.pop(topic),
    )


def killed(*hosts: str) -> Acts:
    """Processes die, and are started by hand."""

    def end(stage: Stage) -> None:
        for host in hosts:
            stage.town.crew.start(host, stage.now)

    return lambda stage: stage.town.crew.kill(*hosts), end


def unready(program: str, check: str, why: str) -> Acts:
    """A program says that it cannot do its work."""
    return (
        lambda stage: stage.town.crew.fail(program, check, why),
        lambda stage: stage.town.crew.fail(program, check, ""),
    )


def cluster(state: Cluster) -> Acts:
    """Brokers are away."""

    def begin(stage: Stage) -> None:
        stage.brokers.cluster_is = state

    def end(stage: Stage) -> None:
        stage.brokers.cluster_is = Cluster((0, 1, 2))

    return begin, end


KAFKA_AWAY: Acts = (
    lambda stage: stage.worlds.broker.down(),
    lambda stage: stage.worlds.broker.up(),
)


def stuck(topic: str, partition: int) -> Acts:
    """A partition in which nothing is settled."""
    tp = TopicPartition(topic, partition)
    return (
        lambda stage: stage.town.stuck.add(tp),
        lambda stage: stage.town.stuck.discard(tp),
    )


def log_away(why: str) -> Acts:
    """The log's database takes nothing."""

    def begin(stage: Stage) -> None:
        stage.books.away = why

    def end(stage: Stage) -> None:
        stage.books.away = ""

    return begin, end


def log_late(seconds: float) -> Acts:
    """The log is written late."""

    def begin(stage: Stage) -> None:
        stage.books.late_s = seconds

    def end(stage: Stage) -> None:
        stage.books.late_s = 0.0

    return begin, end


def retries_late(seconds: float) -> Acts:
    """The retry program takes what is due later than it is due."""

    def begin(stage: Stage) -> None:
        for flow in stage.town.flows.values():
            flow.late_s = seconds

    def end(stage: Stage) -> None:
        for flow in stage.town.flows.values():
            flow.late_s = 0.0

    return begin, end


def paused(name: str) -> Acts:
    """An operator pauses a subscription, and resumes it."""

    async def begin(stage: Stage) -> None:
        stage.town.flows[name].holds = True
        await stage.world.writer.pause(name, "their migration")

    async def end(stage: Stage) -> None:
        stage.town.flows[name].holds = False
        await stage.world.writer.resume(name)

    return begin, end


def gone(name: str) -> Acts:
    """An endpoint answers 410; its owner has it resumed."""

    async def begin(stage: Stage) -> None:
        stage.town.flows[name].holds = True
        await stage.world.writer.disable(name, "answered 410 Gone")

    async def end(stage: Stage) -> None:
        stage.town.flows[name].holds = False
        await stage.world.writer.resume(name)

    return begin, end


def shows(name: str, days: float) -> Acts:
    """An endpoint shows a certificate that ends so soon; later a new one."""
    return (
        lambda stage: stage.certificate(name, stage.now + days * _DAY_S),
        lambda stage: stage.certificate(name, stage.now + 365 * _DAY_S),
    )


def expired(name: str) -> Acts:
    """An endpoint shows a certificate that has ended, and nobody gets through."""
    shown, hidden = shows(name, -1)
    return together(down(name, said="tls"), (shown, hidden))


def secret_ends(name: str, in_s: float) -> Acts:
    """All secrets of a subscription end soon; later it gets a new one."""

    async def begin(stage: Stage) -> None:
        ends = stage.moment(stage.now + in_s)
        await stage.world.writer.update(
            name,
            lambda old: old.model_copy(
                update={
                    "secrets": tuple(
                        one.model_copy(update={"expires_at": ends})
                        for one in old.secrets
                    )
                }
            ),
        )

    async def end(stage: Stage) -> None:
        await rotate(stage.world, name, 3_600)

    return begin, end


def poison(topic: str) -> Acts:
    """A record that nobody can decode goes to quarantine; somebody discards it."""
    quarantine = "bus.quarantine"

    def begin(stage: Stage) -> None:
        origin = Origin(topic, 0, 17, int(stage.now * 1000))
        headers = (
            ("bus-quarantine-reason", b"no Avro"),
            ("bus-quarantine-origin", f"{origin.topic}/0/17".encode()),
        )
        message = Message(quarantine, b"O-1", b"{", headers)
        stage.world.publisher.publish_soon(message)

    return begin, lambda stage: stage.discard(quarantine)


def together(*pairs: Acts) -> Acts:
    """Several at once."""

    def begin(stage: Stage) -> None:
        for one, _ in pairs:
            one(stage)

    def end(stage: Stage) -> None:
        for _, one in pairs:
            one(stage)

    return begin, end


def rolling() -> Acts:
    """All processes are replaced one by one, as a deployment does."""

    def begin(stage: Stage) -> None:
        stage.deploys = list(stage.town.crew.hosts)

    return begin, lambda _: None
