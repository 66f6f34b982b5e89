"""Where events go, as the API takes it: a URL of any kind of endpoint there is."""

import re
from typing import Annotated, TypeAlias

from pydantic import Field

from bus.delivery.endpoint import SCHEMES

_PLUGGED = r"x-[a-z0-9][a-z0-9.-]{0,30}(\+plain)?"
Url: TypeAlias = Annotated[
    str,
    Field(
        max_length=2048,
        pattern=rf"^({'|'.join(map(re.escape, SCHEMES))}|{_PLUGGED})://[!-~]+$",
        description="Where events go: webhooks to https, calls to grpcs (a host and a "
        "port, where orderbus.v1.EventReceiver is served), records to kafkas (a broker "
        "and a topic; set up by operators), messages to amqps (a broker, an exchange "
        "or queue) or amqps1 (AMQP 1.0: a broker, an address), sqs, sns and "
        "eventbridge (a host of AWS, an account, a name), pubsub (a host of Google's, "
        "a project, a topic), entries to rediss (a server, a stream); pull://grpc "
        "where the partner dials the bus. Its query is not shown again; secrets belong "
        "in headers or login.",
        examples=["https://shop.example/hooks"],
    ),
]
