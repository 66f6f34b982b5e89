"""What `bus dev` runs, and what it says of it."""

import asyncio
import shlex
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from rich.console import Console

from processors.cli.called import bus
from processors.cli.control import GOOD, INTERRUPTED, REFUSED, console
from processors.cli.progress import Drawn
from processors.screen.console import AsItStands
from processors.screen.prose import command
from processors.settings import Settings, starting_dev, stopping_dev
from processors.stopping import stop_on_signals
from processors.wiring.access import open_keys
from processors.wiring.dev_key import DevKey, operator_key
from processors.wiring.folders import usable
from processors.wiring.log import log_place
from processors.wiring.own_ports import is_claimed
from processors.wiring.partner import USUAL_PORT, open_partner
from processors.wiring.relays import urls_of
from processors.wiring.stack import (
    MOST_DEATHS,
    STARTING_WORKERS,
    Stack,
    intake_url,
    open_stack,
)
from processors.wiring.stack_plan import StackPlan

Work = TypeVar("Work")
_DIES = f"has ended {MOST_DEATHS + 1} times, soon after each start"


async def run_stack(plan: StackPlan) -> int:
    """Run it until asked to stop or a part ends for good; return the exit code."""
    stop, up = asyncio.Event(), asyncio.Event()
    stop_on_signals(stop)
    out = console(stderr=True)
    running = asyncio.create_task(_received(plan, out, stop, up))
    if await _before(stop, running) or up.is_set():
        return await running
    _stopping(plan, out)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return INTERRUPTED


async def _received(
    plan: StackPlan,
    out: Console,
    stop: asyncio.Event,
    up: asyncio.Event,
) -> int:
    """With a receiver, whose port is asked for before all that takes its time."""
    folder = usable(plan.settings.data_dir.absolute(), "--data-dir")
    port = plan.receiver_port
    if port is None and is_claimed(plan, USUAL_PORT):
        port = 0
    async with open_partner(port) as receiver:
        with starting_dev(folder):
            return await _run(plan, receiver, out, stop, up)


async def _run(
    plan: StackPlan,
    receiver: str,
    out: Console,
    stop: asyncio.Event,
    up: asyncio.Event,
) -> int:
    with Drawn(out, until=STARTING_WORKERS) as progress:
        async with open_stack(plan, progress, out.print) as stack:
            await stack.ready()
            progress.close()
            up.set()
            ended = asyncio.create_task(stack.wait())
            if not stack.given_up:
                _say(stack, receiver, await _key(stack), out)
            if await _before(stop, ended):
                code = ended.result()
                what = "was refused its settings" if code == REFUSED else _DIES
                out.print(f"A process {what}; its log says why.")
                return code
            ended.cancel()
            _stopping(plan, out)
    return GOOD


def _stopping(plan: StackPlan, out: Console) -> None:
    """Say so, here and to commands that come meanwhile."""
    stopping_dev(plan.settings.data_dir.absolute())
    out.print("Stopping …")


async def _before(stop: asyncio.Event, work: asyncio.Task[Work]) -> bool:
    """Whether some work was done before somebody asked to stop."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    return work.done()


async def _key(stack: Stack) -> DevKey | None:
    """The operator's key; none in a Kafka that is somebody else's."""
    if stack.kafka is None:
        return None
    async with open_keys(stack.settings) as world:
        return await operator_key(world, stack.settings.data_dir.absolute())


def _say(stack: Stack, receiver: str, key: DevKey | None, out: Console) -> None:
    settings: Settings = stack.settings
    data_dir: Path = settings.data_dir.absolute()
    pages = f"http://{settings.http_host}:{settings.http_port}"
    out.print(f"Kafka            {settings.bootstrap_servers}")
    out.print(f"Schema registry  {stack.registry_url}")
    out.print(f"HTTP API         {stack.api_url}  (to read: {stack.api_url}/docs)")
    out.print(f"Dashboard        {stack.api_url}/ui/  (sign in with the operator key)")
    door = intake_url(settings)
    out.print(f"Intake           {door}/in/SOURCE  (bus sources add SOURCE)")
    if settings.pull_port is not None:
        at = ", ".join(urls_of(settings))
        out.print(f"Partners pull    {at}  (subscriptions to pull://grpc)")
    out.print(f"Receiver         {receiver}  ({_takes(receiver)})")
    if settings.http_port:
        out.print(f"Metrics, health  {pages}/metrics /healthz /readyz")
    out.print(f"Log              {log_place(settings)}")
    out.print(f"Data             {data_dir}")
    if key is not None:
        out.print(f"Operator key     {key.new or f'in {key.path}'}")
        if key.new:
            out.print(f"                 shown only now, kept in {key.path}")
        out.print(f"Next, over HTTP: KEY=$(cat {shlex.quote(str(key.path))})")
        url = f"{stack.api_url}/v1/event-types"
        _show_command(f'curl -H "Authorization: Bearer $KEY" {url}', out)
    out.print("Or, in two other terminals:")
    url = "http://127.0.0.1:8000/hook"
    _show_command(f"{bus()} subscriptions add my-shop {url} -t 'order.*'", out)
    out.print(f"  {bus()} listen --secret-file -   (asks for the secret it tells)")
    out.print("Ctrl-C stops it.")


def _show_command(words: str, out: Console) -> None:
    """To be copied, on however narrow a terminal."""
    for line in command(words, 2, out.width if out.is_terminal else None):
        out.print(AsItStands(line))


def _takes(receiver: str) -> str:
    """What a receiver is for; also where the docs have another's."""
    takes = "takes webhooks on any path"
    if urlsplit(receiver).port == USUAL_PORT:
        return takes
    return f"{takes}; not on {USUAL_PORT}, as the docs have it"
