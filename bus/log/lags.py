"""What forecasts are made of and what came of them: what the log keeps for them.

These rows are counted, not read from a topic: they survive `clear`, since nothing could
bring them back. `tests/contract/log/test_lags.py` says what fulfilling the port means.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

SAMPLE_S = 30
"""How far apart samples are."""
SLOT_S = 600
"""How far apart those that are kept for days are."""
FINE_DAYS, SLOT_DAYS, FORECAST_DAYS = 1, 3, 30


class LagRow(NamedTuple):
    """How many records had come to a queue and gone from it, at one moment.

    `queue` is the topic; `slot` marks what is kept for days.
    """

    at_us: int
    queue: str
    came: int
    went: int
    slot: bool = False


class ForecastRow(NamedTuple):
    """A forecast: spans of time from when it was made; `took_us` is what came.

    0: nothing yet, or nothing that is known. `width` is what widened it.
    """

    made_us: int
    queue: str
    low_us: int
    mid_us: int
    high_us: int
    width: float
    took_us: int = 0


class LagStore(Protocol):
    """Keeps and gives; raises `LogUnavailableError` as all of the log does."""

    async def note(self, rows: Sequence[LagRow]) -> None:
        """Add samples."""
        ...

    async def lags(
        self,
        since_us: int,
        slots_since_us: int,
        queues: Collection[str] | None = None,
    ) -> Sequence[LagRow]:
        """All samples since a moment, and before it those of slots; oldest first.

        Of these queues only, None for all.
        """
        ...

    async def keep(self, rows: Sequence[ForecastRow]) -> None:
        """Add forecasts; one of the same queue and moment takes the place of another.

        So an outcome is added by keeping the row once more.
        """
        ...

    async def forecasts(self, since_us: int) -> Sequence[ForecastRow]:
        """All that were made since then, newest first."""
        ...
