"""The setting of which code runs."""

from pydantic import BaseModel, Field


class CodeSettings(BaseModel):
    """A part of `Settings`: here to be known; `bus.native.loading` reads it first."""

    pure: bool = Field(
        default=False,
        description="Leave out the native part, where it was built: Python alone.",
    )
