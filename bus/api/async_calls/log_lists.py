"""What can be asked for: log lists."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypeAlias

from bus.api.asking import Async, AsyncPages
from bus.api.exchange import Call, segment
from bus.api.models.log_lists import (
    EventsNamed,
    LoggedAttempt,
    LoggedDelivery,
    LoggedEvent,
)

ListEventsOutcome: TypeAlias = (
    Literal["accepted", "refused", "throttled", "failed", "unreachable", "held"]
    | Sequence[
        Literal["accepted", "refused", "throttled", "failed", "unreachable", "held"]
    ]
)
ListEventsStatus: TypeAlias = (
    Literal["1xx", "2xx", "3xx", "4xx", "5xx", "none"]
    | Sequence[Literal["1xx", "2xx", "3xx", "4xx", "5xx", "none"]]
)
ListAttemptsOutcome: TypeAlias = (
    Literal["accepted", "refused", "throttled", "failed", "unreachable", "held"]
    | Sequence[
        Literal["accepted", "refused", "throttled", "failed", "unreachable", "held"]
    ]
)
ListAttemptsStatus: TypeAlias = (
    Literal["1xx", "2xx", "3xx", "4xx", "5xx", "none"]
    | Sequence[Literal["1xx", "2xx", "3xx", "4xx", "5xx", "none"]]
)
ListDeliveriesState: TypeAlias = (
    Literal["retrying", "held", "dead_letter"]
    | Sequence[Literal["retrying", "held", "dead_letter"]]
)


class LogListsCalls(Async):
    """What can be asked for: log lists."""

    def list_events(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        since: str | None = None,
        until: str | None = None,
        order: str | None = None,
        type: str | Sequence[str] | None = None,
        channel: str | None = None,
        account: str | None = None,
        subscription: str | Sequence[str] | None = None,
        outcome: ListEventsOutcome | None = None,
        status: ListEventsStatus | None = None,
    ) -> AsyncPages[LoggedEvent]:
        """Search the events of the log, the newest first.

        GET `/v1/events`
        with a key of scope `deliveries:read`
        """
        return self._pages(
            Call[LoggedEvent](
                "GET",
                "/v1/events",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "since": since,
                    "until": until,
                    "order": order,
                    "type": type,
                    "channel": channel,
                    "account": account,
                    "subscription": subscription,
                    "outcome": outcome,
                    "status": status,
                },
            )
        )

    async def get_event(self, event: str) -> EventsNamed:
        """Show an event: its ids, type, order, source, place and times.

        GET `/v1/events/{event}`
        with a key of scope `deliveries:read`
        """
        return await self._ask(Call[EventsNamed]("GET", f"/v1/events/{segment(event)}"))

    def list_attempts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        since: str | None = None,
        until: str | None = None,
        subscription: str | Sequence[str] | None = None,
        type: str | Sequence[str] | None = None,
        event: str | None = None,
        order: str | None = None,
        outcome: ListAttemptsOutcome | None = None,
        status: ListAttemptsStatus | None = None,
    ) -> AsyncPages[LoggedAttempt]:
        """Search the attempts of the log, the newest first.

        GET `/v1/attempts`
        with a key of scope `deliveries:read`
        """
        return self._pages(
            Call[LoggedAttempt](
                "GET",
                "/v1/attempts",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "since": since,
                    "until": until,
                    "subscription": subscription,
                    "type": type,
                    "event": event,
                    "order": order,
                    "outcome": outcome,
                    "status": status,
                },
            )
        )

    def list_deliveries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        subscription: str | Sequence[str] | None = None,
        state: ListDeliveriesState | None = None,
    ) -> AsyncPages[LoggedDelivery]:
        """List deliveries that are open: retried, held, or dead letters.

        GET `/v1/deliveries`
        with a key of scope `deliveries:read`
        """
        return self._pages(
            Call[LoggedDelivery](
                "GET",
                "/v1/deliveries",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "subscription": subscription,
                    "state": state,
                },
            )
        )
