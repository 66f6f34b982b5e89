"""How each fault is done and undone."""

import resource
import signal
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType

from processors.receiver import Behaviour, Mode
from tests.faults.odd import foreign, refused, renewed
from tests.faults.plan import EACH, Fault, Kind
from tests.faults.serving import signalled
from tests.faults.stage import LEDGER, VICTIM, Stage
from tests.support.bus import CLOCK
from tests.support.pace import patience

Act = Callable[[Stage, Fault], Awaitable[None]]

_QUEUE_MESSAGES = 1
_NOTICED_S = 15.0
_READY_S = 120.0
_FULL_S = 120.0
"""How long two messages may take to meet: the process may have no partition yet."""


async def kill(stage: Stage, fault: Fault) -> None:
    """SIGKILL a process; another takes its place later."""
    await stage.fleet.kill(fault.role, fault.member)
    await CLOCK.sleep(fault.lasts_s)
    worker = await stage.fleet.start(fault.role, fault.member)
    await worker.ready(_READY_S)


async def freeze(stage: Stage, fault: Fault) -> None:
    """SIGSTOP a process until its group has given it up, then let it go on."""
    await stage.fleet.freeze(fault.role, fault.member, fault.lasts_s)


async def storm(stage: Stage, fault: Fault) -> None:
    """Let processes join and leave, each before the last one has settled in."""
    until = CLOCK.monotonic() + fault.lasts_s
    guests: list[int] = []
    while CLOCK.monotonic() < until or guests:
        if CLOCK.monotonic() < until:
            stage.storms += 1
            guests.append(EACH + stage.storms)
            worker = await stage.fleet.start(fault.role, guests[-1])
            await worker.ready(_READY_S)
        if len(guests) > 1 or CLOCK.monotonic() >= until:
            leaving = guests.pop(0)
            await stage.fleet.stop(fault.role, leaving)
            del stage.fleet.running[fault.role, leaving]


async def queue(stage: Stage, fault: Fault) -> None:
    """Put a process with room for one message in one's place, and fill it."""
    name = (fault.role, fault.member)
    await stage.fleet.stop(*name)
    tiny = await stage.fleet.start(
        *name, kafka_queue_buffering_max_messages=_QUEUE_MESSAGES
    )
    await tiny.ready(_READY_S)
    stage.behave(VICTIM.name, Behaviour(fail_share=0.8))
    await CLOCK.sleep(fault.lasts_s)
    # Only fanout writes so often that two messages are bound to meet.
    if fault.role == "fanout" and not await _filled(stage, tiny.process.pid):
        stage.fleet.complaints.append(f"the queue of {name} was never full")
    stage.behave(VICTIM.name)
    await stage.fleet.stop(*name)
    await (await stage.fleet.start(*name)).ready(_READY_S)


async def _filled(stage: Stage, pid: int) -> bool:
    until = CLOCK.monotonic() + patience(_FULL_S)
    while CLOCK.monotonic() < until:
        stage.fleet.hear()
        if pid in stage.fleet.full_queues:
            return True
        await CLOCK.sleep(1)
    return False


async def registry(stage: Stage, fault: Fault) -> None:
    """Take the registry away, and start a process that knows no schema yet."""
    await stage.registry.stop()
    await stage.fleet.kill(fault.role, fault.member)
    worker = await stage.fleet.start(fault.role, fault.member)
    await CLOCK.sleep(fault.lasts_s)
    await stage.registry.start()
    await worker.ready(_READY_S)


async def broker(stage: Stage, fault: Fault) -> None:
    """SIGKILL a broker, the leader of a third of all partitions."""
    node = stage.kafka.nodes[stage.node(fault)]
    await node.kill()
    await CLOCK.sleep(fault.lasts_s)
    await node.start()
    await stage.in_sync()


async def rolling(stage: Stage, fault: Fault) -> None:
    """Restart all brokers in order, one after the other."""
    for node in stage.kafka.nodes:
        await node.stop()
        await CLOCK.sleep(fault.lasts_s)
        await node.start()
        await stage.in_sync()


async def disk(stage: Stage, fault: Fault) -> None:
    """Let a broker's every write fail, as a full disk does, until it gives up.

    Not a full volume, which takes root to mount: a limit on the size of files
    (RLIMIT_FSIZE). Its writes fail with EFBIG where a disk's fail with ENOSPC; to
    Kafka both are an IOException of its log directory, which ends it.
    """
    node = stage.kafka.nodes[stage.node(fault)]
    assert node.pid is not None
    _, hard = resource.prlimit(node.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (1, hard))
    until = CLOCK.monotonic() + patience(_NOTICED_S)
    while node.running and CLOCK.monotonic() < until:
        await CLOCK.sleep(0.1)
    if node.running:
        stage.fleet.complaints.append("a broker goes on without a disk")
        await node.kill()
    await CLOCK.sleep(fault.lasts_s)
    await node.start()
    await stage.in_sync()


async def server_killed(stage: Stage, fault: Fault) -> None:
    """SIGKILL a partner's server, and start it on what it had."""
    server = stage.servers[fault.server]
    await server.kill()
    await CLOCK.sleep(fault.lasts_s)
    await server.start()


async def server_frozen(stage: Stage, fault: Fault) -> None:
    """SIGSTOP a partner's server: connections stay open, nothing answers."""
    server = stage.servers[fault.server]
    signalled(server, signal.SIGSTOP)
    await CLOCK.sleep(fault.lasts_s)
    signalled(server, signal.SIGCONT)


async def misbehave(behaviour: Behaviour, stage: Stage, fault: Fault) -> None:
    """Let a partner misbehave, and the ordered one too."""
    names = [VICTIM.name]
    if behaviour.mode is not Mode.LARGE and behaviour.mode is not Mode.REDIRECT:
        names.append(LEDGER.name)
    for name in names:
        stage.behave(name, behaviour)
    await CLOCK.sleep(fault.lasts_s)
    for name in names:
        stage.behave(name)


_MISBEHAVIOURS: Mapping[Kind, Behaviour] = MappingProxyType(
    {
        Kind.ERRORS: Behaviour(status=500),
        Kind.HANG: Behaviour(mode=Mode.HANG),
        Kind.RESET: Behaviour(mode=Mode.RESET),
        Kind.CUT: Behaviour(mode=Mode.CLOSE),
        Kind.LARGE: Behaviour(mode=Mode.LARGE),
        Kind.REDIRECT: Behaviour(mode=Mode.REDIRECT),
    }
)

ACTS: Mapping[Kind, Act] = MappingProxyType(
    {
        Kind.KILL: kill,
        Kind.FREEZE: freeze,
        Kind.STORM: storm,
        Kind.QUEUE: queue,
        Kind.REGISTRY: registry,
        Kind.BROKER: broker,
        Kind.ROLLING: rolling,
        Kind.DISK: disk,
        Kind.FOREIGN: foreign,
        Kind.RENEWED: renewed,
        Kind.REFUSED: refused,
        Kind.SERVER_KILLED: server_killed,
        Kind.SERVER_FROZEN: server_frozen,
        **{kind: partial(misbehave, how) for kind, how in _MISBEHAVIOURS.items()},
    }
)
