"""A short run of faults on three brokers; `make faults` makes the long one.

Each of these faults by itself is in a test of every change: test_crash.py,
test_broker_away.py, test_foreign_producers.py, test_isolation.py; all at once in the
simulation.
"""

from pathlib import Path

import pytest

from tests.faults.plan import LANES, Kind, schedule
from tests.faults.report import Report
from tests.faults.round import Round
from tests.faults.stage import open_stage
from tests.faults.stream import Stream

SEED = 1
_LONG = {Kind.ROLLING, Kind.DISK, Kind.STORM, Kind.QUEUE, Kind.RENEWED, Kind.REFUSED}
KINDS = frozenset(Kind) - _LONG
"""The quick ones."""


@pytest.mark.kafka
@pytest.mark.long
@pytest.mark.timeout(400)  # a minute, unless the machine is busy
async def test_promises_hold_under_faults(tmp_path: Path) -> None:
    """Kills, a zombie, a broker gone, odd records, bad partners: all is kept."""
    async with open_stage(tmp_path) as stage:
        lanes = {lane: schedule(SEED, lane, KINDS) for lane in LANES}
        stream = Stream(stage.bus, SEED, rate=60)
        played = Round(stage, stream, lanes, lasts_s=18, say=print)
        try:
            await played.play()
        finally:
            report = Report(SEED)
            report.add(played)
            print(report.text())  # noqa: T201 - shown when it fails
        assert played.witness.judged["out of a tier"] > 0
        seen = {felt.fault.kind for felt in played.felt}
        assert seen >= {Kind.KILL, Kind.BROKER, Kind.FOREIGN}
