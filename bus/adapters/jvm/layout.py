"""Who is in the cluster and where: kept in the data folder between runs."""

import base64
import json
import socket
import uuid
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from bus.adapters.jvm.process import until
from bus.errors import EmbeddedBrokerError

HOST = "127.0.0.1"
_FILE = "cluster.json"
_PORTS = range(16_000, 32_000)


@dataclass(frozen=True, slots=True)
class Member:
    """One node's number and its ports on loopback."""

    node_id: int
    port: int
    controller_port: int
    secure_port: int

    @property
    def ports(self) -> tuple[int, int, int]:
        """All its ports."""
        return (self.port, self.controller_port, self.secure_port)


@dataclass(frozen=True, slots=True)
class Layout:
    """The cluster's id and its members."""

    cluster_id: str
    members: tuple[Member, ...]


def arrange(data_dir: Path, brokers: int, port: int | None) -> Layout:
    """The layout of the cluster in `data_dir`, new or as it was.

    Ports of the last run are used again if they are still free. `port`, if
    given, is the first broker's.

    Raises:
        EmbeddedBrokerError: `port` is taken, or the folder holds a cluster of
            another size.
    """
    before = _load(data_dir, brokers)
    members = [*before.members] if before else []
    if before is None or not _all_free(members) or port not in {None, members[0].port}:
        members = _new_members(brokers, port)
    layout = Layout(before.cluster_id if before else _new_id(), tuple(members))
    _save(data_dir, layout)
    return layout


def require_free(member: Member) -> None:
    """Raise an EmbeddedBrokerError that names the first taken port, if any."""
    for port in member.ports:
        if not is_free(port):
            raise EmbeddedBrokerError(
                f"port {port} on {HOST} is taken by another program; stop that "
                "program or choose another port"
            )


async def let_go(member: Member, timeout_s: float) -> None:
    """Wait for its ports: who was killed has them until the kernel is done with it."""

    async def free() -> bool:
        return all(map(is_free, member.ports))

    await until(free, None, timeout_s)


def _load(data_dir: Path, brokers: int) -> Layout | None:
    try:
        saved = json.loads((data_dir / _FILE).read_text())
        members = tuple(Member(**member) for member in saved["members"])
        layout = Layout(saved["cluster_id"], members)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddedBrokerError(
            f"{data_dir / _FILE} is damaged; remove {data_dir} to start afresh"
        ) from error
    if len(members) != brokers:
        raise EmbeddedBrokerError(
            f"{data_dir} holds a cluster of {len(members)}, not {brokers}: ask for "
            f"{len(members)}, choose another data folder or remove this one"
        )
    return layout


def _save(data_dir: Path, layout: Layout) -> None:
    part = data_dir / f"{_FILE}.part"
    part.write_text(json.dumps(asdict(layout), indent=1) + "\n")
    part.replace(data_dir / _FILE)


def _new_members(brokers: int, port: int | None) -> list[Member]:
    ports = _free_ports(3 * brokers)
    if port is not None:
        ports[0] = port
    members = [
        Member(node + 1, *ports[3 * node : 3 * node + 3]) for node in range(brokers)
    ]
    require_free(members[0])
    return members


def _free_ports(count: int) -> list[int]:
    """Ports that are free now, from where the system takes none for clients.

    Among those, a client that calls a broker that is down could be given the
    broker's own port to call from, and so keep it from coming back.
    """
    first = uuid.uuid4().int
    candidates = (_PORTS[(first + step) % len(_PORTS)] for step in range(len(_PORTS)))
    ports = list(islice(filter(is_free, candidates), count))
    if len(ports) < count:
        raise EmbeddedBrokerError(f"no free ports from {_PORTS[0]} to {_PORTS[-1]}")
    return ports


def _all_free(members: list[Member]) -> bool:
    return all(is_free(port) for member in members for port in member.ports)


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of loopback."""
    with socket.socket() as probe:
        # As java does: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _new_id() -> str:
    """A Kafka cluster id: a UUID in URL-safe base64, no "-" first.

    Kafka's own are so, too: its tools take such a one for an option.
    """
    new = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return f"A{new[1:]}" if new.startswith("-") else new
