"""Play faults for as long as asked: `python -m tests.faults --minutes 30`."""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.faults.plan import LANES, Kind, schedule
from tests.faults.report import Report
from tests.faults.round import Round
from tests.faults.stage import open_stage
from tests.faults.stream import Stream
from tests.support.bus import CLOCK

_ROUND_S = 180.0
_WARM_S = 60.0
_CALM_S = 20.0


def main() -> None:
    """Run rounds until the time is up; exit code 1 if a promise was broken."""
    options = _arguments()
    seed = int(options.seed or int.from_bytes(os.urandom(3)))
    report = Report(seed)
    _say(f"seed {seed}; SEED={seed} repeats this schedule")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="orderbus-faults-"))
    folder.mkdir(exist_ok=True, parents=True)
    _say(f"logs in {folder}")
    try:
        asyncio.run(_play(options, report, folder))
        broken = False
    except* AssertionError as errors:
        broken = True
        _say(f"BROKEN: {errors.exceptions}")
    finally:
        _say(report.text())
    if broken:
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", help="repeat this schedule; default: a random one")
    parser.add_argument("--rate", type=float, default=100, help="events a second")
    parser.add_argument("--folder", type=Path, help="data and logs; default: a new one")
    parser.add_argument(
        "--only", type=Kind, nargs="*", default=[], help="only these faults"
    )
    return parser.parse_args()


async def _play(options: argparse.Namespace, report: Report, folder: Path) -> None:
    only = frozenset[Kind](options.only)
    lanes = {
        lane: schedule(report.seed, lane, only)
        for lane, kinds in LANES.items()
        if not only or only.intersection(kinds)
    }
    async with open_stage(folder) as stage:
        until = CLOCK.monotonic() + options.minutes * 60
        stream = Stream(stage.bus, report.seed, options.rate)
        number = 0
        while (left := until - CLOCK.monotonic()) > 0:
            number += 1
            lasts_s = min(_ROUND_S, left)
            warm_s, calm_s = min(_WARM_S, lasts_s / 3), min(_CALM_S, lasts_s / 6)
            played = Round(stage, stream, lanes, lasts_s, _say, warm_s, calm_s)
            shown = len(report.lines)
            try:
                await played.play()
            finally:
                report.add(played)
                _say(f"round {number}: {report.summary()}")
                for line in report.lines[shown:]:
                    _say(f"  {line}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
