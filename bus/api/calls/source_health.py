"""What can be asked for: source health."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync
from bus.api.exchange import Call, segment
from bus.api.models.source_health import SourceHealth


class SourceHealthCalls(Sync):
    """What can be asked for: source health."""

    def get_source_health(self, source: str) -> SourceHealth:
        """How a source fares: its state, why, and the figures behind it.

        GET `/v1/sources/{source}/health`
        with a key of scope `sources:read`
        """
        return self._ask(
            Call[SourceHealth]("GET", f"/v1/sources/{segment(source)}/health")
        )
