"""How much the gateway takes."""

from dataclasses import dataclass, field

from processors.gateway.callers import Proxies


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much, how long, from whom. `key_rate`, `address_rate`: a minute; 0: any."""

    key_rate: int = 600
    address_rate: int = 1_200
    key_at_once: int = 32
    tenant_subscriptions: int = 0
    endpoint_asks: int = 0
    body_bytes: int = 8 * 2**20
    body_s: float = 15
    deadline_s: float = 30
    send_s: float = 30
    proxies: Proxies = field(default_factory=Proxies)
    secure: bool = False
