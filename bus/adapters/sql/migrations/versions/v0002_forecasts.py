"""What forecasts are made of, and what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    op.create_table(
        "lag",
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("came", sa.BigInteger, nullable=False),
        sa.Column("went", sa.BigInteger, nullable=False),
        sa.Column("slot", sa.Boolean, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
    )
    op.create_index("lag_at_us", "lag", ["at_us"])
    op.create_index("lag_slot_at_us", "lag", ["slot", "at_us"])
    op.create_table(
        "forecast",
        sa.Column("made_us", sa.BigInteger, primary_key=True),
        sa.Column("low_us", sa.BigInteger, nullable=False),
        sa.Column("mid_us", sa.BigInteger, nullable=False),
        sa.Column("high_us", sa.BigInteger, nullable=False),
        sa.Column("took_us", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Double, nullable=False),
        sa.Column("queue", sa.Text, primary_key=True),
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("forecast")
    op.drop_table("lag")
