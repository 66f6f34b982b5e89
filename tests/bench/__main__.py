"""How fast the bus is, on this machine: `python -m tests.bench a b c`."""

import argparse
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.events import Done, Load, Peer
from tests.bench.log import stored
from tests.bench.measuring import Row, percentiles
from tests.bench.meter import machine
from tests.bench.pages import drawn
from tests.bench.plots import draw
from tests.bench.processes import open_receiver, peer_load
from tests.bench.rig import CLOCK
from tests.bench.scenarios import SCENARIOS

_SHOWN = Console(width=160)
_HIDDEN = frozenset({"scenario", "complete"})
_OF_THE_LOG = {"log": stored, "pages": drawn}
_PEER_RATES = (200, 1000, 2000, 5000)


def main() -> None:
    """Run the scenarios and show, keep and draw what they measured."""
    options = _arguments()
    about = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "machine": machine()}
    rows = uvloop.run(_peer(options) if options.peer_url else _ours(options))
    if options.json:
        kept = {**about, "quick": options.quick, "results": rows}
        options.json.write_text(json.dumps(kept, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(_markdown(rows))
    if options.plots:
        for path in draw(rows, options.plots):
            _SHOWN.print(f"plot: {path}")
    _SHOWN.print(about["machine"])


def _arguments() -> argparse.Namespace:
    told = "\n".join(f"  {name}  {run.__doc__}" for name, run in SCENARIOS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=f"{__doc__}\n\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", default=["a"])
    parser.add_argument("--quick", action="store_true", help="short, less exact runs")
    parser.add_argument("--attempts", type=int, help="in the log, of log and pages")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="as tables")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw SVGs there")
    parser.add_argument("--peer-url", help="submit to this system instead of ours")
    parser.add_argument("--peer-template", type=Path, help="body, see tests/bench/peer")
    parser.add_argument("--peer-header", action="append", default=[], metavar="N: V")
    parser.add_argument("--receiver-port", type=int, default=0, help="of --peer-url")
    options = parser.parse_args()
    unknown = sorted(set(options.scenarios) - SCENARIOS.keys())
    if unknown:
        parser.error(
            f"no scenario {', '.join(unknown)}; there are a to k, p, log and pages"
        )
    if options.peer_url and not options.peer_template:
        parser.error("--peer-url needs --peer-template")
    return options


async def _ours(options: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    for name in options.scenarios:
        run = SCENARIOS[name]
        _SHOWN.rule((run.__doc__ or "").partition("\n")[0])
        of_one: list[Row] = []
        if options.attempts and name in _OF_THE_LOG:
            run = partial(_OF_THE_LOG[name], attempts=options.attempts)
        async for row in run(options.quick):
            of_one.append({"scenario": name, **row})
            _SHOWN.print({k: v for k, v in row.items() if k not in _HIDDEN})
        _SHOWN.print(_table(of_one))
        rows += of_one
    return rows


async def _peer(options: argparse.Namespace) -> list[Row]:
    """Submit to another system at fixed rates, and measure at our receiver."""
    headers = dict(header.split(": ", 1) for header in options.peer_header)
    template = options.peer_template.read_text()
    peer = Peer(url=options.peer_url, template=template, headers=headers)
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        receiver = await open_receiver(stack, port=options.receiver_port)
        _SHOWN.print(f"the other system is to deliver to {receiver.url}s/0")
        producer = await peer_load(stack, peer)
        for rate in _PEER_RATES:
            await receiver.forget()
            load = Load(rate=rate, count=rate * (4 if options.quick else 15))
            done = Done.model_validate_json(await producer.ask(load.model_dump_json()))
            arrived = -1
            while arrived != (arrived := await receiver.requests()):
                await CLOCK.sleep(2)
            rows.append(
                {
                    "scenario": "peer",
                    "events_per_s": rate,
                    "requests": arrived,
                    "refused": done.failed,
                    **percentiles(await receiver.latency_ms()),
                }
            )
            _SHOWN.print(rows[-1])
    _SHOWN.print(_table(rows))
    return rows


def _markdown(rows: list[Row]) -> str:
    """A table a scenario, a row a case, for docs/performance.md."""
    parts = []
    for scenario in dict.fromkeys(str(row["scenario"]) for row in rows):
        of_one = [row for row in rows if row["scenario"] == scenario]
        names = list(dict.fromkeys(name for row in of_one for name in row))
        names = [name for name in names if name not in _HIDDEN]
        lines = [names, ["---"] * len(names)]
        lines += [[str(row.get(name, "")) for name in names] for row in of_one]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"### ({scenario})\n\n{table}\n")
    return "\n".join(parts)


def _table(rows: list[Row]) -> Table:
    """The rows side by side, a figure a line."""
    table = Table()
    table.add_column("figure")
    for number, row in enumerate(rows, 1):
        table.add_column(str(row.get("case", number)), justify="right")
    names = dict.fromkeys(name for row in rows for name in row)
    for name in names:
        if name not in _HIDDEN | {"case"}:
            table.add_row(name, *(str(row.get(name, "")) for row in rows))
    return table


if __name__ == "__main__":
    main()
