"""The settings of the outbox, which its relay publishes."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr

_Positive = Annotated[float, Field(gt=0)]


class OutboxSettings(BaseModel):
    """A part of `Settings`; every name begins with `outbox_`."""

    outbox_url: SecretStr | None = Field(
        None,
        description="The OMS's database: `postgresql://user:password@host/database` or "
        "`sqlite:////path/oms.sqlite3`.",
    )
    outbox_table: str = Field(
        "orderbus_outbox",
        description="The outbox's table there, `oms.orderbus_outbox` in a schema.",
    )
    outbox_poll_s: _Positive = Field(
        0.1, description="How often an empty outbox is looked into."
    )
    outbox_batch: Annotated[int, Field(ge=1, le=5_000)] = Field(
        500, description="Rows that are published at once."
    )
    outbox_keep_s: Annotated[float, Field(ge=0)] = Field(
        86_400, description="How long rows are kept after they were published."
    )
    outbox_refused: Literal["wait", "pass"] = Field(
        "wait",
        description="What later rows of an order do while one of it is refused: `wait` "
        "for `bus outbox retry` or `discard`, or `pass` it, out of order.",
    )
