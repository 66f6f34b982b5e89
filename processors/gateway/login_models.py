"""How the bus signs in at an endpoint, as the API takes and shows it."""

from typing import Annotated

from pydantic import Field

from bus.delivery.subscription import Mechanism
from processors.gateway.model import Model

_NEVER_SHOWN = {"writeOnly": True}


class Login(Model):
    """A name and a password, for endpoints that are queues and topics."""

    username: Annotated[str, Field(min_length=1, max_length=500)]
    password: Annotated[
        str, Field(max_length=4096, json_schema_extra=_NEVER_SHOWN, repr=False)
    ]
    mechanism: Mechanism = "plain"


class LoginShown(Model):
    """How the bus signs in; never the password."""

    username: str
    password: str
    mechanism: str
