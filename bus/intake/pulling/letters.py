"""What a queue holds."""

from typing import NamedTuple


class Letter(NamedTuple):
    """A message of a queue: its id, its text, and what it is taken out with."""

    id: str
    body: bytes
    receipt: str
