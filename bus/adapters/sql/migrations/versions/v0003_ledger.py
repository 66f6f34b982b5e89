"""What became of deliveries day by day, and in which minutes an endpoint failed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TALLY = (
    "accepted refused throttled failed unreachable held dead_letters "
    + " ".join(f"latency_{number:02}" for number in range(38))
).split()  # fmt: skip


def upgrade() -> None:
    """Make the tables and columns; what is there stays, counts begin now."""
    key = ("start", "subscription")
    counts = [*_TALLY, "kept", "recovered"]
    op.create_table("day", *_keys(*key), *_counts(*counts))
    op.create_table("missed", *_keys(*key, "cause"), *_counts("late", "dead"))
    op.create_table(
        "trouble",
        *_keys("subscription", "start", "cause"),
        sa.Column("minutes", sa.BigInteger),
        *_counts("calls", "deliveries"),
    )
    op.add_column("hour", sa.Column("up", sa.BigInteger))
    op.create_index("hour_subscription_start", "hour", ["subscription", "start"])
    none = sa.text("0")
    for name, kind in (
        ("arrived_us", sa.BigInteger),
        ("cause", sa.SmallInteger),
        ("overdue", sa.SmallInteger),
    ):
        column = sa.Column(name, kind, nullable=False, server_default=none)
        op.add_column("delivery_open", column)
    waits = sa.text("state < 2")
    op.create_index(
        "delivery_open_waits",
        "delivery_open",
        ["subscription", "arrived_us"],
        sqlite_where=waits,
        postgresql_where=waits,
    )


def _keys(*names: str) -> list[sa.Column[int]]:
    return [
        sa.Column(
            name,
            sa.SmallInteger if name == "cause" else sa.Integer,
            primary_key=True,
            autoincrement=False,
        )
        for name in names
    ]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer) for name in names]


def downgrade() -> None:
    """Remove them."""
    op.drop_index("delivery_open_waits", "delivery_open")
    for name in ("arrived_us", "cause", "overdue"):
        op.drop_column("delivery_open", name)
    op.drop_index("hour_subscription_start", "hour")
    op.drop_column("hour", "up")
    for name in ("trouble", "missed", "day"):
        op.drop_table(name)
