"""Play faults for as long as asked: `python -m tests.faults --minutes 30`."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from tests.faults.plan import LANES, SINK_LANES, Kind, schedule
from tests.faults.report import Report
from tests.faults.round import STOPPED, Round, reason
from tests.faults.stage import STEADY, open_stage
from tests.faults.stream import Stream
from tests.faults.timing import LATE_S, bound
from tests.support.bus import CLOCK
from tests.support.pace import measured

_ROUND_S = 180.0
_USUAL_S = 20.0
_WARM_S = 60.0
_CALM_S = 20.0


def main() -> None:
    """Run rounds until the time is up, and report, whatever happens.

    Exit code 1: a promise was broken. 2: it could not go on. 130: Ctrl-C.
    """
    options = _arguments()
    seed = int(options.seed or int.from_bytes(os.urandom(3)))
    report = Report(seed)
    _say(f"seed {seed}; SEED={seed} repeats this schedule")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="orderbus-faults-"))
    folder.mkdir(exist_ok=True, parents=True)
    _say(f"logs in {folder}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = 0
    try:
        asyncio.run(_play(options, report, folder))
    except BaseException as error:  # noqa: BLE001 - the report is whole always
        code = _ending(error, report, folder)
    _say(report.text())
    sys.exit(code)


def _ending(error: BaseException, report: Report, folder: Path) -> int:
    """Say how a run ended that did not end by itself; return the exit code."""
    why = reason(error)
    if why == STOPPED:
        _say(f"STOPPED by {why}")
        return 130
    details = folder / "traceback.txt"
    details.write_text("".join(traceback.format_exception(error)))
    if report.broken_off or not why.startswith(AssertionError.__name__):
        _say(f"COULD NOT GO ON: {why}; all of it in {details}")
        return 2
    _say(f"BROKEN: {why}; all of it in {details}")
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", help="repeat this schedule; default: a random one")
    parser.add_argument(
        "--rate", type=float, default=100, help="events a second on the usual machine"
    )
    parser.add_argument("--folder", type=Path, help="data and logs; default: a new one")
    parser.add_argument(
        "--only", type=Kind, nargs="*", default=[], help="only these faults"
    )
    parser.add_argument(
        "--sinks",
        action="store_true",
        help="with a partner on each of gRPC, AMQP, Kafka, SQS and NATS, whose "
        "servers are killed and frozen, too",
    )
    return parser.parse_args()


async def _play(options: argparse.Namespace, report: Report, folder: Path) -> None:
    only = frozenset[Kind](options.only)
    kinds_of = SINK_LANES if options.sinks else LANES
    lanes = {
        lane: schedule(report.seed, lane, only, kinds_of)
        for lane, kinds in kinds_of.items()
        if not only or only.intersection(kinds)
    }
    async with open_stage(folder, sinks=options.sinks) as stage:
        until = CLOCK.monotonic() + options.minutes * 60
        slower = await asyncio.to_thread(measured)
        stream = Stream(stage.bus, report.seed, options.rate / slower)
        late_s = LATE_S
        while (left := until - CLOCK.monotonic()) > 0:
            if not report.rounds:
                # Nothing goes wrong: what this machine does then is the measure.
                played = Round(stage, stream, {}, min(_USUAL_S, left / 4), _say)
            else:
                lasts_s = min(_ROUND_S, left)
                warm_s = min(_WARM_S, lasts_s / 3)
                calm_s = min(_CALM_S + late_s - LATE_S, lasts_s / 3)
                played = Round(stage, stream, lanes, lasts_s, _say, warm_s, calm_s)
                played.late_s = late_s
            await _play_round(played, report)
            if report.rounds == 1:
                late_s = bound(played.witness.waited_s(STEADY.name))
                report.setting = (
                    f"; {slower:.1f} times slower than the usual machine, so "
                    f"{stream.rate:.0f} events a second; late is {late_s:.1f} s"
                )
                _say(report.setting[2:])


async def _play_round(played: Round, report: Report) -> None:
    shown = len(report.lines)
    try:
        await played.play()
    finally:
        report.add(played)
        _say(f"round {report.rounds}: {report.summary()}")
        for line in report.lines[shown:]:
            _say(f"  {line}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
