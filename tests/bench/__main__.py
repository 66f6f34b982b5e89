"""How fast the bus is, on this machine: `python -m tests.bench a b c`."""

import argparse
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.beside import add_options, measure
from tests.bench.log import stored
from tests.bench.measuring import Row
from tests.bench.meter import machine
from tests.bench.pages import drawn
from tests.bench.plots import draw
from tests.bench.scenarios import SCENARIOS

_SHOWN = Console(width=160)
_HIDDEN = frozenset({"scenario", "complete"})
_OF_THE_LOG = {"log": stored, "pages": drawn}


def main() -> None:
    """Run the scenarios and show, keep and draw what they measured."""
    options = _arguments()
    about = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "machine": machine()}
    rows = uvloop.run(_beside(options) if options.peer_url else _ours(options))
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
    add_options(parser)
    options = parser.parse_args()
    unknown = sorted(set(options.scenarios) - SCENARIOS.keys())
    if unknown:
        known = ", ".join(SCENARIOS)
        parser.error(f"no scenario {', '.join(unknown)}; there are {known}")
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


async def _beside(options: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    async for row in measure(options):
        rows.append(row)
        _SHOWN.print({k: v for k, v in row.items() if k not in _HIDDEN})
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
