"""What can be asked for: source requests."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync
from bus.api.exchange import Call, segment
from bus.api.models.source_requests import RequestShown


class SourceRequestsCalls(Sync):
    """What can be asked for: source requests."""

    def get_source_request(self, source: str, request: str) -> RequestShown:
        """What became of a request to the OMS, by the caller's own id of it.

        GET `/v1/sources/{source}/requests/{request}`
        with a key of scope `sources:read`
        """
        return self._ask(
            Call[RequestShown](
                "GET", f"/v1/sources/{segment(source)}/requests/{segment(request)}"
            )
        )
