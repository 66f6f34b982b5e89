"""What is sent and answered: job routes."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import TypedDict

from bus.api.models.subscription_steps import JobShown


class JobRows(TypedDict):
    """A page of jobs, the newest first."""

    data: Sequence[JobShown]
    next: str | None
    previous: str | None
