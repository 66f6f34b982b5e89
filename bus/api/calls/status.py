"""What can be asked for: status."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync
from bus.api.exchange import Call
from bus.api.models.status import StatusShown


class StatusCalls(Sync):
    """What can be asked for: status."""

    def get_status(self) -> StatusShown:
        """How the bus is: processes, lag, breakers, dead letters.

        GET `/v1/status`
        with a key of scope `status:read`
        """
        return self._ask(Call[StatusShown]("GET", "/v1/status"))
