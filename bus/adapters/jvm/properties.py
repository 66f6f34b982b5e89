"""The broker's own settings: small, quiet, quick to notice a dead consumer."""

from dataclasses import dataclass
from pathlib import Path

from bus.adapters.jvm.layout import HOST, Layout, Member

_MB = 1 << 20

_FIXED: dict[str, object] = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    # A typo in a topic name is an error, not a new topic.
    "auto.create.topics.enable": "false",
    "num.partitions": 4,
    # KIP-848: consumers learn of their partitions within a heartbeat (each change
    # is assigned at once, not with others a second later), and a dead one is
    # noticed in 6 s instead of 45.
    "group.consumer.min.heartbeat.interval.ms": 500,
    "group.consumer.heartbeat.interval.ms": 1000,
    "group.consumer.min.session.timeout.ms": 3000,
    "group.consumer.session.timeout.ms": 6000,
    "group.consumer.assignment.interval.ms": 0,
    "group.min.session.timeout.ms": 3000,
    "group.initial.rebalance.delay.ms": 0,
    "broker.heartbeat.interval.ms": 1000,
    "broker.session.timeout.ms": 6000,
    # Thousands of nearly empty partitions in a small heap.
    "log.segment.bytes": 64 * _MB,
    "log.index.size.max.bytes": _MB // 4,
    "log.cleaner.dedupe.buffer.size": 8 * _MB,
    "log.cleaner.threads": 1,
    "offsets.topic.num.partitions": 8,
    "offsets.topic.segment.bytes": 8 * _MB,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.segment.bytes": 8 * _MB,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.segment.bytes": 8 * _MB,
    # Few threads: an idle broker should not be seen in `top`.
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "num.recovery.threads.per.data.dir": 2,
    "group.coordinator.threads": 1,
    "share.coordinator.threads": 1,
    "metadata.max.idle.interval.ms": 5000,
    "controlled.shutdown.enable": "true",
}

_AUTHORIZED: dict[str, object] = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    # Who comes by the plain listener of loopback.
    "super.users": "User:ANONYMOUS",
}
_REPLICATED = (
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
    "default.replication.factor",
)
_IN_SYNC = (
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.min.isr",
    "min.insync.replicas",
)


@dataclass(frozen=True, slots=True)
class SecureListener:
    """A second listener that speaks SASL_SSL with the mechanism PLAIN.

    With `authorized`, whoever comes by it may do only what an ACL allows.
    """

    keystore: Path
    """PEM file: an unencrypted PKCS#8 key, then its certificate chain."""
    user: str
    password: str
    authorized: bool = False


def properties(
    layout: Layout, member: Member, node_dir: Path, secure: SecureListener | None
) -> str:
    """The text of this member's `server.properties`."""
    settings = {**_FIXED, **_of_cluster(layout), **_of_member(member, node_dir)}
    if secure:
        settings |= _of_secure(secure, member, settings)
    return "".join(f"{name}={_escaped(value)}\n" for name, value in settings.items())


def _of_cluster(layout: Layout) -> dict[str, object]:
    copies = min(3, len(layout.members))
    voters = ",".join(
        f"{member.node_id}@{HOST}:{member.controller_port}" for member in layout.members
    )
    return {
        # Named here and not in the log, so that ports may change between runs.
        "controller.quorum.voters": voters,
        **dict.fromkeys(_REPLICATED, copies),
        **dict.fromkeys(_IN_SYNC, max(1, copies - 1)),
    }


def _of_member(member: Member, node_dir: Path) -> dict[str, object]:
    plain = f"PLAINTEXT://{HOST}:{member.port}"
    return {
        "node.id": member.node_id,
        "listeners": f"{plain},CONTROLLER://{HOST}:{member.controller_port}",
        "advertised.listeners": plain,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": node_dir / "log",
    }


def _of_secure(
    secure: SecureListener, member: Member, settings: dict[str, object]
) -> dict[str, object]:
    login = "org.apache.kafka.common.security.plain.PlainLoginModule"
    address = f"SASL_SSL://{HOST}:{member.secure_port}"
    protocols = "listener.security.protocol.map"
    return (_AUTHORIZED if secure.authorized else {}) | {
        "listeners": f"{settings['listeners']},{address}",
        "advertised.listeners": f"{settings['advertised.listeners']},{address}",
        protocols: f"{settings[protocols]},SASL_SSL:SASL_SSL",
        "listener.name.sasl_ssl.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": (
            f'{login} required user_{secure.user}="{secure.password}";'
        ),
        "listener.name.sasl_ssl.ssl.keystore.type": "PEM",
        "listener.name.sasl_ssl.ssl.keystore.location": secure.keystore,
    }


def _escaped(value: object) -> str:
    """As java's properties format wants it."""
    return str(value).replace("\\", "\\\\")
