"""What `bus demo` runs, and how it tells what became of it."""

import asyncio
from pathlib import Path

from rich.console import Console

from bus.client.producer import EventWriter
from bus.errors import WorkerBrokenError
from processors.cli.called import next_steps
from processors.cli.control import INTERRUPTED, print_json
from processors.cli.demo_api import dashboard, over_http
from processors.cli.demo_intake import taking_in, tell_intake
from processors.cli.processes import worker_command
from processors.cli.progress import Drawn
from processors.cli.run import Role
from processors.cli.timelines import shown_life
from processors.demo.live import Show, partner_table
from processors.demo.run import Demo, DemoPlan, Outcome
from processors.screen.console import AsItStands
from processors.settings import Settings
from processors.stopping import stop_on_signals
from processors.wiring.adapters import open_adapters
from processors.wiring.control import open_world
from processors.wiring.demo_inlets import open_inlets
from processors.wiring.log import log_place
from processors.wiring.stack import open_stack
from processors.wiring.stack_plan import StackPlan

_FAILED = 1
_SETTLED_S = 60.0
_BESIDE = (Role.PROJECTOR, Role.WATCH, Role.INTAKE, Role.CONVERT)


def stack_plan(given: Settings, folder: Path) -> StackPlan:
    """Everything fresh in the folder, whatever the environment says of a Kafka."""
    settings = given.model_copy(
        update={
            "data_dir": folder,
            "bootstrap_servers": None,
            "registry_url": None,
            "encryption_key": None,
            "encryption_key_file": None,
            "allow_networks": ("127.0.0.0/8",),
            "log_url": None,
            "api_port": 0,
            "http_port": 0,
            "pull_port": None,
            "pull_relays": (),
            "intake_port": 0,
            "intake_url": "",
        }
    )
    return StackPlan(
        settings=settings,
        arguments=worker_command({}, Role.ALL.value),
        beside=[worker_command({}, role.value) for role in _BESIDE],
        api_arguments=worker_command({}, Role.GATEWAY.value),
        environment={
            "ORDERBUS_HTTP_PORT": "0",
            "ORDERBUS_ENCRYPTION_KEY": "",
            "ORDERBUS_LOG_FORMAT": "json",
            "ORDERBUS_LOG_URL": "",
            "ORDERBUS_PULL_PORT": "",
            "ORDERBUS_PULL_RELAYS": "",
        },
        worker_log=folder / "workers.log",
        short=True,
    )


async def until_stopped(
    stack_plan: StackPlan, plan: DemoPlan, out: Console, *, as_json: bool
) -> int:
    """Run the demo to its end, or until asked to stop; return the exit code."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    running = asyncio.create_task(_demo(stack_plan, plan, out, as_json=as_json))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not running.done():
        out.print("Stopping …")
        running.cancel()
        await asyncio.wait({running})
        return INTERRUPTED
    return running.result()


async def _demo(
    stack_plan: StackPlan, plan: DemoPlan, out: Console, *, as_json: bool
) -> int:
    with Drawn(out) as progress, Drawn(out) as ending:
        async with (
            open_stack(stack_plan, progress, out.print) as stack,
            open_adapters(stack.settings) as adapters,
            open_world(stack.settings) as world,
        ):
            await stack.ready()
            if stack.given_up:
                raise WorkerBrokenError(_last_words(stack_plan))
            # Programs that start take the processor from those which work.
            await stack.settled(_SETTLED_S)
            progress.close()
            out.print(f"The HTTP API, as long as this runs: {stack.api_url}/docs")
            out.print(f"The dashboard: {await dashboard(stack)}")
            out.print(f"The log of what happens: {log_place(stack.settings)}")
            writer = EventWriter(
                adapters.hop_publisher, adapters.schemas, adapters.catalogue
            )
            folder = stack_plan.settings.data_dir / "nats"
            async with open_inlets(stack.settings, folder, out.print) as inlets:
                demo = Demo(world, writer, adapters.clock, plan, inlets)
                show = Show(out, demo.tally, demo.partners)
                async with taking_in(stack.settings, world) as intake:
                    outcome = await demo.run(show)
                    ending.step("Waiting for what channels sent")
                    received = await intake
            told = await over_http(stack, outcome.life) if outcome.life else ""
            ending.step("Stopping")
    summary = outcome.tally.summary(outcome.wall_s) | {"intake": received.summary()}
    if as_json:
        print_json(summary)
    else:
        _tell(outcome, summary, out)
        tell_intake(received, out)
        _tell_more(outcome, out, told)
    return _FAILED if summary["missing"] or received.missing else 0


def _last_words(plan: StackPlan) -> str:
    """Why a process does not run; its log goes with the demo."""
    said = plan.worker_log.read_text("utf-8", "replace") if plan.worker_log else ""
    last = said.rstrip().rsplit("\n", 1)[-1]
    return f"a process ends soon after each start; it said last: {last}"


def _explain(outcome: Outcome, out: Console) -> None:
    """Tell the life of one event that walked all tiers and was replayed."""
    if outcome.life is None:
        return
    out.print()
    out.print(
        f"The bank's dead letters ({len(outcome.replayed)}) were replayed after it was "
        "repaired. One of them, as `bus trace` tells it:",
    )
    out.print(shown_life(outcome.life, out))


def _tell(outcome: Outcome, summary: dict[str, object], out: Console) -> None:
    out.print(partner_table(outcome.tally, outcome.partners))
    out.print(
        f"{summary['events']} events, {summary['expected']} deliveries, "
        f"{summary['attempts']} attempts in {summary['wall_s']} s: "
        f"{summary['accepted']} accepted, {summary['dead_lettered']} dead letters, "
        f"{summary['missing']} missing, {summary['duplicates']} duplicates.",
    )


def _tell_more(outcome: Outcome, out: Console, told: str) -> None:
    _explain(outcome, out)
    if told:
        out.print(f"\n{told}")
    steps = next_steps(out.width if out.is_terminal else None)
    out.print(AsItStands(f"\n{steps}"))
