"""What the names in paths may be; whatever else is not found."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from bus.access.tokens import ID_PATTERN as KEY_ID
from bus.delivery.subscription import ID_PATTERN as SUBSCRIPTION_ID
from bus.intake.parked.grouping import GROUP
from bus.intake.rules.rows import TABLE
from bus.watch.verdicts import Kind as AlertKind
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.publishing import ORDER_ID


class Named(NamedTuple):
    """A name in paths: its pattern, what it is, one that works."""

    pattern: str
    meaning: str
    example: str


NAMES: Mapping[str, Named] = {
    "type": Named(
        r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){1,4}",
        "An event type.",
        "order.created",
    ),
    "subscription": Named(
        SUBSCRIPTION_ID.pattern, "The id of a subscription.", "my-shop"
    ),
    "migration": Named(
        SUBSCRIPTION_ID.pattern, "The subscription that takes over.", "my-shop"
    ),
    "source": Named(
        SUBSCRIPTION_ID.pattern, "The id of a source of intake.", "shop-eu"
    ),
    "event": Named(
        r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "The webhook-id of an event.",
        "5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11",
    ),
    "order": Named(
        ORDER_ID,
        "The id of an order; a slash in it is written `%2F`.",
        "SO-1001",
    ),
    "request": Named(
        r"[^/\x00-\x1f\x7f]{1,200}", "A caller's own id of its request.", "r-17"
    ),
    "topic": Named(r"[A-Za-z0-9._-]{1,249}", "A topic.", "oms.order"),
    "partition": Named(r"[0-9]{1,9}", "A partition.", "3"),
    "offset": Named(r"[0-9]{1,18}", "An offset.", "17"),
    "job": Named(r"[0-9a-f]{24}", "The id of a job.", "0123456789abcdef01234567"),
    "sink": Named(r"[A-Za-z0-9._-]{1,100}", "A sink of alerts.", "on-call"),
    "silence": Named(r"s[0-9a-f]{10}", "The id of a silence.", "s0123456789"),
    "file": Named(
        r"[a-z]{1,20}\.[0-9a-f]{12}\.(js|css|svg|png|jpg|webp)",
        "A file of the dashboard, its content in its name.",
        "style.0123456789ab.css",
    ),
    "rule": Named(r"[a-z][a-z0-9_]{0,62}", "A rule of the watch.", "breaker_open"),
    "kind": Named(
        "|".join(AlertKind),
        "What an alert is about.",
        "subscription",
    ),
    "part": Named(r"[A-Za-z0-9._-]{1,249}", "The name of that.", "my-shop"),
    "table": Named(TABLE.pattern, "A lookup table of rules.", "prices"),
    "proposal": Named(r"p[0-9a-f]{10}", "The id of a proposal.", "p0123456789"),
    "item": Named(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "The id of a parked item.",
        "3f0e8c1a-5a2b-5c3d-8e4f-0a1b2c3d4e5f",
    ),
    "group": Named(GROUP, "The id of a group of parked items.", "f1-7a91298b1334"),
    "key": Named(KEY_ID, "The id of a key, the third part of it.", "abcdefgh23"),
}


def check(path: Mapping[str, str]) -> None:
    """Raise unless each name is what it may be.

    Raises:
        ProblemError: nothing can have such an id.
    """
    for name, value in path.items():
        if not re.fullmatch(NAMES[name].pattern, value, re.ASCII):
            raise ProblemError(NOT_FOUND)
