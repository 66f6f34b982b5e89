"""The ports of a whole bus on this machine: each its own, and known to all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from bus.delivery.endpoint import Kind
from bus.errors import ConfigurationError
from processors.settings import Settings
from processors.wiring.listening import free_port, refuse_taken, refuse_taken_pages
from processors.wiring.sinks import missing
from processors.wiring.stack_plan import StackPlan

USUAL_PULL_PORT = 8473
"""Where partners pull from a whole bus for which nobody chose the port."""
Reserve: TypeAlias = Callable[[int], bool]
"""Whether a port is ours from now on."""
_INTAKE = "ORDERBUS_INTAKE_PORT"
_HERE = "127.0.0.1"
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared, not listened on


@dataclass(frozen=True, slots=True)
class Claim:
    """Ports that something of ours takes, by the name its user knows."""

    name: str
    host: str
    ports: range

    def clash(self, other: "Claim") -> int | None:
        """The first port that both take, or None."""
        hosts = {self.host, other.host}
        if len(hosts) > 1 and not hosts & _EVERYWHERE:
            return None
        first = max(self.ports.start, other.ports.start)
        return first if first in self.ports and first in other.ports else None

    @property
    def told(self) -> str:
        """Its name, and its ports if there are several."""
        if len(self.ports) == 1:
            return self.name
        return f"{self.name} ({self.ports[0]} to {self.ports[-1]})"


def claim(name: str, host: str, port: int | None, count: int = 1) -> Iterator[Claim]:
    """A claim, if a port is named."""
    if port:
        yield Claim(name, host, range(port, port + count))


def claims_of(plan: StackPlan) -> list[Claim]:
    """All ports that are named, but the door's where nobody has chosen it."""
    settings, pages = plan.settings, plan.gateway_index + 1
    host = settings.api_host
    found = [
        *claim("ORDERBUS_API_PORT", host, settings.api_port),
        *claim("ORDERBUS_PULL_PORT", host, settings.pull_port),
        *claim("ORDERBUS_HTTP_PORT", settings.http_host, settings.http_port, pages),
        *claim("--kafka-port", _HERE, plan.kafka_port),
        *claim("--registry-port", _HERE, plan.registry_port),
        *claim("--receiver-port", _HERE, plan.receiver_port),
    ]
    if "intake_port" in settings.model_fields_set:
        found += claim(_INTAKE, settings.intake_host, settings.intake_port)
    return found


def is_claimed(plan: StackPlan, port: int) -> bool:
    """Whether something of ours takes a port of this machine."""
    here = list(claim("", _HERE, port))
    return any(one.clash(other) for one in here for other in claims_of(plan))


def refuse_own(claims: Sequence[Claim]) -> None:
    """Raise if two of ours would take the same port.

    Raises:
        ConfigurationError: says all of them, a line each.
    """
    wrong = [
        f"{one.told} and {other.told}: both take port {port}; choose another for one"
        for one, other in combinations(claims, 2)
        if (port := one.clash(other)) is not None
    ]
    if wrong:
        raise ConfigurationError("\n".join(wrong))


def refuse_others(plan: StackPlan) -> None:
    """Raise if a port that is named is taken by somebody else.

    Raises:
        ConfigurationError: says which.
    """
    settings = plan.settings
    for one in claims_of(plan):
        _refuse_reserved(one, plan.reserve)
    refuse_taken_pages(settings, plan.gateway_index + 1)
    refuse_taken(_HERE, plan.registry_port, "--registry-port")
    refuse_taken(settings.api_host, settings.api_port, "ORDERBUS_API_PORT")
    refuse_taken(settings.api_host, settings.pull_port or 0, "ORDERBUS_PULL_PORT")
    if "intake_port" in settings.model_fields_set:
        refuse_taken(settings.intake_host, settings.intake_port, _INTAKE)


def _refuse_reserved(one: Claim, reserve: Reserve) -> None:
    for port in one.ports:
        if not reserve(port):
            raise ConfigurationError(
                f"{one.name}: another bus of yours listens on port {port}, or will in a"
                " moment; choose another port"
            )


def with_pulling(plan: StackPlan) -> StackPlan:
    """With a port where partners pull: the one that is named, the usual, or a free one.

    None where gateways are named elsewhere, or what it takes is not installed.
    """
    settings = plan.settings
    if settings.pull_port is not None or settings.pull_relays or missing(Kind.PULL):
        return plan
    own = is_claimed(plan, USUAL_PULL_PORT) or not plan.reserve(USUAL_PULL_PORT)
    port = 0 if own else USUAL_PULL_PORT
    try:
        refuse_taken(settings.api_host, port, "ORDERBUS_PULL_PORT")
    except ConfigurationError:
        port = 0
    named = settings.model_copy(update={"pull_port": port})
    return replace(plan, settings=named)


def with_ports(
    settings: Settings, claims: Sequence[Claim], reserve: Reserve = lambda _: True
) -> Settings:
    """The settings with a free port wherever any would do, so that all know it."""
    host = settings.api_host
    found = {
        "api_port": settings.api_port or free_port(host),
        "intake_port": _intake_port(settings, claims, reserve),
    }
    if settings.pull_port == 0:
        found["pull_port"] = free_port(host)
    return settings.model_copy(update=found)


def _intake_port(settings: Settings, claims: Sequence[Claim], reserve: Reserve) -> int:
    """Its own, or where nobody has chosen one and it is taken, a free one."""
    host, port = settings.intake_host, settings.intake_port
    if "intake_port" not in settings.model_fields_set:
        usual = list(claim(_INTAKE, host, port))
        clash = any(one.clash(other) for one in usual for other in claims)
        if clash or (port and not reserve(port)):
            return free_port(host)
        try:
            refuse_taken(host, port, _INTAKE)
        except ConfigurationError:
            return free_port(host)
    return port or free_port(host)
