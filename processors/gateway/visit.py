"""One request on its way: what is known of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.access.roles import Principal
from processors.gateway.holding import Holding
from processors.gateway.limits import Allowance
from processors.gateway.routes import Route, Session


@dataclass(slots=True)
class Visit:
    """A request, from its first line to its answer."""

    id: str
    address: str
    began: float
    route: Route | None = None
    principal: Principal | None = None
    session: Session | None = None
    allowance: Allowance | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    holding: Holding = field(default_factory=Holding)

    @property
    def who(self) -> str:
        """Whom its share is of: all keys of a tenant have one, as it makes them."""
        by = self.principal
        return f"{by.tenant} {'' if by.tenant else by.key_id}" if by else self.address

    @property
    def operation(self) -> str:
        """What is asked for; `none` while that is not known."""
        return self.route.operation if self.route else "none"
