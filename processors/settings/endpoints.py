"""The settings of endpoints that are no webhooks."""

from typing import Annotated

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

_LAST_PORT = 65_535
_RELAY = r"^grpcs?://[A-Za-z0-9.:\[\]-]{1,260}$"


class EndpointSettings(BaseModel):
    """A part of `Settings`."""

    aws_own_credentials: bool = Field(
        default=False,
        description="Endpoints at AWS without a login are called with the AWS "
        "credentials of this process: environment, profile or role.",
    )
    pull_port: Annotated[int, Field(ge=0, le=_LAST_PORT)] | None = Field(
        None,
        description="Port where a gateway lets partners subscribe by gRPC, at the "
        "address and with the certificate of the API. 0: a free one. None: nobody can.",
    )
    pull_relays: Annotated[
        tuple[Annotated[str, Field(pattern=_RELAY)], ...], NoDecode
    ] = Field(
        (),
        description="Where workers find these ports, of all gateways: "
        "`grpcs://host:port,…`. None: that of `pull_port` on this machine.",
    )

    @field_validator("pull_relays", mode="before")
    @classmethod
    def _split_relays(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
