"""What can be asked for: migrations."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.migrations import (
    BackGiven,
    MigrationPlan,
    MigrationShown,
    MigrationsShown,
    OwnerShown,
    ReportGiven,
    StepGiven,
)


class MigrationsCalls(Sync):
    """What can be asked for: migrations."""

    def list_migrations(self) -> MigrationsShown:
        """All migrations, with their gates.

        GET `/v1/migrations`
        with a key of scope `migrations:read`
        """
        return self._ask(Call[MigrationsShown]("GET", "/v1/migrations"))

    def get_migration(self, migration: str) -> MigrationShown:
        """A migration: where it stands, its gates, its steps.

        GET `/v1/migrations/{migration}`
        with a key of scope `migrations:read`
        """
        return self._ask(
            Call[MigrationShown]("GET", f"/v1/migrations/{segment(migration)}")
        )

    def plan_migration(self, migration: str, body: MigrationPlan) -> MigrationShown:
        """Plan a migration, or change how it is to go.

        PUT `/v1/migrations/{migration}`
        with a key of scope `migrations:write`
        """
        return self._ask(
            Call[MigrationShown](
                "PUT", f"/v1/migrations/{segment(migration)}", body=body
            )
        )

    def step_migration(
        self,
        migration: str,
        body: StepGiven | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> MigrationShown:
        """Go on by one rung: the next phase, or the next share.

        POST `/v1/migrations/{migration}/step`
        with a key of scope `migrations:write`
        """
        return self._ask(
            Call[MigrationShown](
                "POST",
                f"/v1/migrations/{segment(migration)}/step",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def take_back_migration(
        self,
        migration: str,
        body: BackGiven | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> MigrationShown:
        """Take orders back: one rung, or all of them. No gate is asked.

        POST `/v1/migrations/{migration}/back`
        with a key of scope `migrations:write`
        """
        return self._ask(
            Call[MigrationShown](
                "POST",
                f"/v1/migrations/{segment(migration)}/back",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def attach_report(self, migration: str, body: ReportGiven) -> MigrationShown:
        """Attach a comparison, by which parity is judged.

        POST `/v1/migrations/{migration}/reports`
        with a key of scope `migrations:write`
        """
        return self._ask(
            Call[MigrationShown](
                "POST", f"/v1/migrations/{segment(migration)}/reports", body=body
            )
        )

    def remove_migration(self, migration: str) -> MigrationShown:
        """Forget a migration: each side then gets all that it asks for.

        DELETE `/v1/migrations/{migration}`
        with a key of scope `migrations:write`
        """
        return self._ask(
            Call[MigrationShown]("DELETE", f"/v1/migrations/{segment(migration)}")
        )

    def get_owner(
        self, migration: str, *, order_id: str, made_at: str | None = None
    ) -> OwnerShown:
        """Who sends an event of an order, asked by an old sender outside.

        GET `/v1/migrations/{migration}/owner`
        with a key of scope `migrations:ask`
        """
        return self._ask(
            Call[OwnerShown](
                "GET",
                f"/v1/migrations/{segment(migration)}/owner",
                query={"order_id": order_id, "made_at": made_at},
            )
        )
