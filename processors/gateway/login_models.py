"""How the bus signs in at an endpoint, as the API takes and shows it."""

from typing import Annotated, Literal

from pydantic import Field

from processors.gateway.model import Model

_NEVER_SHOWN = {"writeOnly": True}


class Login(Model):
    """A name and a password, for endpoints of kind kafka (SASL)."""

    username: Annotated[str, Field(min_length=1, max_length=500)]
    password: Annotated[
        str, Field(max_length=4096, json_schema_extra=_NEVER_SHOWN, repr=False)
    ]
    mechanism: Literal["plain", "scram-sha-256", "scram-sha-512"] = "plain"


class LoginShown(Model):
    """How the bus signs in; never the password."""

    username: str
    password: str
    mechanism: str
