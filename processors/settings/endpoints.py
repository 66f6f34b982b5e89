"""The settings of endpoints that are no webhooks."""

from pydantic import BaseModel, Field


class EndpointSettings(BaseModel):
    """A part of `Settings`."""

    aws_own_credentials: bool = Field(
        default=False,
        description="Endpoints at AWS without a login are called with the AWS "
        "credentials of this process: environment, profile or role.",
    )
