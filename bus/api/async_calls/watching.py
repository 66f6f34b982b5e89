"""What can be asked for: watching."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.watching import (
    Alerts,
    BusHealth,
    Ending,
    NewSilence,
    Silences,
    SilenceShown,
    Sinks,
    SinkShown,
)


class WatchingCalls(Async):
    """What can be asked for: watching."""

    async def get_health(self) -> BusHealth:
        """Whether all is well: a state for everybody, with the reason.

        GET `/v1/health`
        with a key of scope `status:read`
        """
        return await self._ask(Call[BusHealth]("GET", "/v1/health"))

    async def list_alerts(self, *, resolved: bool | None = None) -> Alerts:
        """What fires and what is pending, since when, and why.

        GET `/v1/alerts`
        with a key of scope `status:read`
        """
        return await self._ask(
            Call[Alerts]("GET", "/v1/alerts", query={"resolved": resolved})
        )

    async def list_alert_sinks(self) -> Sinks:
        """Who is told of alerts, when last, and why one takes nothing.

        GET `/v1/alert-sinks`
        with a key of scope `status:read`
        """
        return await self._ask(Call[Sinks]("GET", "/v1/alert-sinks"))

    async def test_alert_sink(
        self,
        sink: str,
        body: Ending | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> SinkShown:
        """Have the watch send a sink a test notice and its end.

        POST `/v1/alert-sinks/{sink}/test`
        with a key of scope `alerts:write`
        """
        return await self._ask(
            Call[SinkShown](
                "POST",
                f"/v1/alert-sinks/{segment(sink)}/test",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    async def list_silences(self) -> Silences:
        """The silences that last.

        GET `/v1/silences`
        with a key of scope `status:read`
        """
        return await self._ask(Call[Silences]("GET", "/v1/silences"))

    async def create_silence(
        self, body: NewSilence, *, idempotency_key: str | None = None
    ) -> SilenceShown:
        """Tell nobody of some alerts for a while.

        POST `/v1/silences`
        with a key of scope `alerts:write`
        """
        return await self._ask(
            Call[SilenceShown](
                "POST", "/v1/silences", body=body, key=fresh_key(idempotency_key)
            )
        )

    async def end_silence(
        self,
        silence: str,
        body: Ending | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> SilenceShown:
        """End a silence now.

        POST `/v1/silences/{silence}/end`
        with a key of scope `alerts:write`
        """
        return await self._ask(
            Call[SilenceShown](
                "POST",
                f"/v1/silences/{segment(silence)}/end",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
