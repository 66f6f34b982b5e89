"""What can be asked for: job routes."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Pages, Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.subscription_steps import JobShown


class JobRoutesCalls(Sync):
    """What can be asked for: job routes."""

    def list_jobs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Pages[JobShown]:
        """List the jobs, the newest first.

        GET `/v1/jobs`
        with a key of scope `subscriptions:read`
        """
        return self._pages(
            Call[JobShown]("GET", "/v1/jobs", query={"limit": limit, "cursor": cursor})
        )

    def get_job(self, job: str) -> JobShown:
        """Look how far a job is.

        GET `/v1/jobs/{job}`
        with a key of scope `subscriptions:read`
        """
        return self._ask(Call[JobShown]("GET", f"/v1/jobs/{segment(job)}"))

    def cancel_job(self, job: str, *, idempotency_key: str | None = None) -> JobShown:
        """End a job where it is.

        POST `/v1/jobs/{job}/cancel`
        with a key of scope `subscriptions:operate`
        """
        return self._ask(
            Call[JobShown](
                "POST",
                f"/v1/jobs/{segment(job)}/cancel",
                key=fresh_key(idempotency_key),
            )
        )
