"""A short run of faults at the door; `make intake-faults` makes the long one."""

from pathlib import Path

import pytest

from tests.faults.intake.plan import Kill, Victim
from tests.faults.intake.report import Report
from tests.faults.intake.round import Round, Run
from tests.faults.intake.stage import open_stage

SEED = 1
KILLS = (Kill(Victim.DOOR, 0, 2.0, 0.5), Kill(Victim.CONVERT, 1, 2.0, 0.5))


@pytest.mark.kafka
@pytest.mark.long
@pytest.mark.timeout(400)  # a minute, unless the machine is busy
async def test_senders_lose_nothing_and_punish_nobody(tmp_path: Path) -> None:
    """A door, a convert and a broker are killed while five channels send."""
    async with open_stage(tmp_path) as stage:
        run = Run(stage, SEED, print)
        run.lanes = {
            Victim.DOOR: iter(KILLS[:1]),
            Victim.CONVERT: iter(KILLS[1:]),
            Victim.BROKER: iter([Kill(Victim.BROKER, 2, 3.0, 1.0)]),
        }
        played = Round(run, "kills", rate=30, lasts_s=10, victims=list(Victim))
        report = Report(SEED)
        await played.play()
        report.add(played)
        print(report.text(run))  # noqa: T201 - shown when it fails
        assert report.broken == []
        assert {kill.victim for kill in played.kills} == set(Victim)
        assert all(sender.answers for sender in run.senders.values())
