"""What can be asked for: source steps."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, Versioned, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.source_steps import (
    SourceDocument,
    SourceRemoved,
    SourceRotation,
    SourcesApplied,
)
from bus.api.models.sources import SourceTaken
from bus.api.models.subscription_steps import Pause, Resume


class SourceStepsCalls(Async):
    """What can be asked for: source steps."""

    async def pause_source(
        self,
        source: str,
        body: Pause | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SourceTaken]:
        """Answer its sender as if there were no such source.

        POST `/v1/sources/{source}/pause`
        with a key of scope `sources:operate`
        """
        return await self._versioned(
            Call[SourceTaken](
                "POST",
                f"/v1/sources/{segment(source)}/pause",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def resume_source(
        self,
        source: str,
        body: Resume | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SourceTaken]:
        """Take submissions again.

        POST `/v1/sources/{source}/resume`
        with a key of scope `sources:operate`
        """
        return await self._versioned(
            Call[SourceTaken](
                "POST",
                f"/v1/sources/{segment(source)}/resume",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def rotate_source_secret(
        self,
        source: str,
        body: SourceRotation | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SourceTaken]:
        """Give a source a new secret.

        POST `/v1/sources/{source}/rotate-secret`
        with a key of scope `sources:write`
        """
        return await self._versioned(
            Call[SourceTaken](
                "POST",
                f"/v1/sources/{segment(source)}/rotate-secret",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def remove_source(
        self, source: str, *, purge: bool | None = None, if_match: str | None = None
    ) -> SourceRemoved:
        """Remove a source.

        DELETE `/v1/sources/{source}`
        with a key of scope `sources:write`
        """
        return await self._ask(
            Call[SourceRemoved](
                "DELETE",
                f"/v1/sources/{segment(source)}",
                query={"purge": purge},
                if_match=if_match or "",
            )
        )

    async def apply_sources(
        self,
        body: SourceDocument,
        *,
        dry_run: bool | None = None,
        prune: bool | None = None,
        trust: bool | None = None,
        idempotency_key: str | None = None,
    ) -> SourcesApplied:
        """Make the sources what a document says.

        POST `/v1/sources:apply`
        with a key of scope `sources:write`
        """
        return await self._ask(
            Call[SourcesApplied](
                "POST",
                "/v1/sources:apply",
                query={"dry_run": dry_run, "prune": prune, "trust": trust},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
