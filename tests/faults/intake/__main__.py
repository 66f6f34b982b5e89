"""Send and kill for as long as asked: `python -m tests.faults.intake --minutes 15`."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import traceback
from contextlib import AsyncExitStack
from pathlib import Path

from tests.faults.intake.plan import Victim
from tests.faults.intake.report import WARM, Report
from tests.faults.intake.round import Round, Run
from tests.faults.intake.stage import open_stage
from tests.faults.round import STOPPED, reason
from tests.support.bus import CLOCK
from tests.support.pace import measured

_QUIET_S = 20.0
_ROUND_S = 300.0


def main() -> None:
    """Run rounds until the time is up, and report, whatever happens.

    Exit code 1: a promise was broken. 2: it could not go on. 130: Ctrl-C.
    """
    options = _arguments()
    seed = int(options.seed or int.from_bytes(os.urandom(3)))
    report = Report(seed)
    _say(f"seed {seed}; SEED={seed} repeats this schedule")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="orderbus-intake-"))
    folder.mkdir(exist_ok=True, parents=True)
    _say(f"logs in {folder}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = 0
    try:
        asyncio.run(_play(options, report, folder))
    except BaseException as error:  # noqa: BLE001 - the report is whole always
        report.broken_off = reason(error)
        text = "".join(traceback.format_exception(error))
        (folder / "traceback.txt").write_text(text)
        _say(report.text(None))
        code = 130 if report.broken_off == STOPPED else 2
    sys.exit(code or (1 if report.broken else 0))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.intake", description=__doc__
    )
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", help="repeat this schedule; default: a random one")
    parser.add_argument(
        "--rate", type=float, default=200, help="letters a second on the usual machine"
    )
    parser.add_argument(
        "--peak",
        type=float,
        default=1 / 3,
        help="which share of the time has many times the letters",
    )
    parser.add_argument(
        "--times", type=float, default=10, help="how many times the letters that is"
    )
    parser.add_argument("--folder", type=Path, help="data and logs; default: a new one")
    return parser.parse_args()


async def _play(options: argparse.Namespace, report: Report, folder: Path) -> None:
    # The least of some, before nine programs start: the machine, not its moment.
    slower = min(measured() for _ in range(5))
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(open_stage(folder))
        rate = options.rate / slower
        report.setting = (
            f"; {slower:.1f} times slower than the usual machine, so {rate:.0f} "
            "letters a second"
        )
        _say(report.setting[2:])
        run = Run(stage, report.seed, _say)
        stack.push_async_callback(run.close)
        whole_s = options.minutes * 60
        peak_s = whole_s * options.peak
        first_s = min(_QUIET_S, whole_s / 4)
        await _round(Round(run, WARM, rate / 2, first_s), report)
        await _round(Round(run, "quiet", rate, first_s), report)
        until = CLOCK.monotonic() + whole_s - peak_s
        while (left_s := until - CLOCK.monotonic()) > 0:
            lasts_s = min(_ROUND_S, left_s)
            await _round(Round(run, "kills", rate, lasts_s, list(Victim)), report)
        if peak_s:
            victims = list(Victim)
            peak = Round(
                run, "peak", options.times * rate, peak_s, victims, may_exceed=True
            )
            await _round(peak, report)
        _say(report.text(run))


async def _round(played: Round, report: Report) -> None:
    _say(f"{played.name}: {played.rate:.0f} a second for {played.lasts_s:.0f} s")
    await played.play()
    report.add(played)
    _say(f"  {report.lines[-1]}")
    for told in played.broken:
        _say(f"  BROKEN {told}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
