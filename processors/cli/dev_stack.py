"""What `bus dev` runs, and what it says of it."""

import asyncio
from pathlib import Path

from rich.console import Console

from processors.cli.called import bus
from processors.cli.control import console
from processors.cli.progress import Drawn
from processors.settings import Settings
from processors.stopping import stop_on_signals
from processors.wiring.stack import Stack, StackPlan, open_stack


async def run_stack(plan: StackPlan) -> int:
    """Run it until asked to stop or a part ends for good; return the exit code."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    out = console(stderr=True)
    with Drawn(out) as progress:
        async with open_stack(plan, progress, out.print) as stack:
            await stack.workers.ready()
            progress.close()
            _say(stack, out)
            ended = asyncio.create_task(stack.workers.wait())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            out.print("Stopping …")
            return ended.result() if ended.done() else 0


def _say(stack: Stack, out: Console) -> None:
    settings: Settings = stack.settings
    data_dir: Path = settings.data_dir.absolute()
    pages = f"http://{settings.http_host}:{settings.http_port}"
    out.print(f"Kafka            {settings.bootstrap_servers}")
    out.print(f"Schema registry  {stack.registry_url}")
    if settings.http_port:
        out.print(f"Metrics, health  {pages}/metrics /healthz /readyz")
    out.print(f"Data             {data_dir}")
    out.print("Next, in another terminal:")
    url = "http://127.0.0.1:8000/hook"
    out.print(f"  {bus()} subscriptions add my-shop {url} -t 'order.*'")
    out.print("Ctrl-C stops it.")
