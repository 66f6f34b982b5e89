"""The settings of the log, which the projector writes."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

_Days = Annotated[int, Field(ge=1, le=3650)]


class LogSettings(BaseModel):
    """A part of `Settings`; every name begins with `log_`, as do those of log lines."""

    log_url: SecretStr | None = Field(
        None,
        description="Database of the log: `postgresql://user:password@host/database` "
        "or `sqlite:////path/log.sqlite3`. None: SQLite in `data_dir`.",
    )
    log_accepted_days: _Days = Field(
        14, description="Days that the log keeps attempts which were accepted."
    )
    log_days: _Days = Field(
        30, description="Days that it keeps all else: other attempts, events, acks."
    )
    log_audit_days: _Days = Field(
        400, description="Days that it keeps who changed what."
    )
    log_most_bytes: Annotated[int, Field(ge=2**20)] | None = Field(
        None,
        description="Bytes that the log may take; beyond, its oldest days go. None: "
        "any number.",
    )
