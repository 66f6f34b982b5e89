"""Sinks that others write: what they are called, what they are given, what they keep.

A package has an entry point in the group `orderbus.sinks`. Its name is the scheme of
its endpoints' URLs, `x-` and a name: no sink of ours ever begins so. It names a
function that takes a `Kit` and returns a `Sink`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bus.sending import Places, Sink, Trust

GROUP = "orderbus.sinks"
NAME = re.compile(r"x-[a-z0-9][a-z0-9.-]{0,30}")
"""A scheme; with `+plain` behind it in a URL it is without TLS."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What a sink is given.

    Attributes:
        places: Resolves names, and says which addresses may be connected to. A sink
            connects to those and to no other, and closes it.
        trust: What connections with TLS are secured by, by a parcel's `tls`.
        agent: How the bus introduces itself.
    """

    places: Places
    trust: Trust
    agent: str


Maker: TypeAlias = Callable[[Kit], Sink]
"""Makes a sink: once in a process, when the first subscription needs it."""
