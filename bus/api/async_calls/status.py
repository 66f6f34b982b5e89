"""What can be asked for: status."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async
from bus.api.exchange import Call
from bus.api.models.status import StatusShown


class StatusCalls(Async):
    """What can be asked for: status."""

    async def get_status(self) -> StatusShown:
        """How the bus is: processes, lag, breakers, dead letters.

        GET `/v1/status`
        with a key of scope `status:read`
        """
        return await self._ask(Call[StatusShown]("GET", "/v1/status"))
