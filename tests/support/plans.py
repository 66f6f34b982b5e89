"""Plans that are not read to their end, without waiting for it."""

from collections.abc import Awaitable

import pytest


async def too_late(within_s: float | None, work: Awaitable[None]) -> bool:
    """What could be read was read, and a limited time was over before the rest."""
    await work
    return within_s is None


def never_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every plan with a limit end too early."""
    for module in ("replaying", "known_letters", "release", "backfill"):
        monkeypatch.setattr(f"processors.redrive.{module}.in_time", too_late)
