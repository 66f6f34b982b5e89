"""`bus alerts`: what fires, and silences."""

from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from processors.cli.control import run
from processors.cli.root import Root
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Alerts of the watch: what fires, silences.", no_args_is_help=True
)

Rule: TypeAlias = Annotated[
    str, typer.Option(help="A rule, or a pattern: lag, burns_*.")
]
Subject: TypeAlias = Annotated[
    str, typer.Option(help="Whom: subscription/acme, source/oms.*, program/retry.")
]


@app.command("list")
def list_command(
    ctx: typer.Context,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Also what is over, of the last week.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what fires and what is pending, since when, and why.

    Exit code 1: no watch has looked for a while, so nobody knows.

    For example:
      bus alerts list
      bus alerts list --all --json | jq -r '.[] | [.rule, .name, .lasted_s] | @tsv'
    """
    from processors.cli.alerts_work import tell_alerts

    async def listed(world: "World") -> int:
        return await tell_alerts(world, every=every, as_json=as_json)

    run(ctx, listed, reads=True)


@app.command("sinks")
def sinks_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List who is told, when last, and since when and why one takes nothing.

    Exit code 1: one takes nothing, or no watch has looked for a while.

    For example:
      bus alerts sinks
    """
    from processors.cli.alerts_work import tell_sinks

    async def listed(world: "World") -> int:
        return await tell_sinks(world, as_json=as_json)

    run(ctx, listed, reads=True)


@app.command("test")
def try_command(
    ctx: typer.Context,
    sink: Annotated[
        str | None, typer.Argument(metavar="SINK", help="Default: all of them.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Send a test notice and its end, and say what was answered.

    With the settings of where it is typed, so run it where the watch runs. Over the
    API (ORDERBUS_URL) the watch sends it, within seconds.

    Exit code 1: it was not taken everywhere, or there is no such sink. 2: its settings
    cannot be used.

    For example:
      bus alerts test
      bus alerts test on-call
    """
    from processors.cli.alerts_work import test_sinks

    async def tried(world: "World") -> int:
        return await test_sinks(ctx, world, sink, as_json=as_json)

    run(ctx, tried, reads=True)


@app.command("rules")
def rules_command(ctx: typer.Context) -> None:
    """Print the rules for Prometheus, by the limits that the settings give the watch.

    What deploy/alerts.yml holds is this, by the limits that hold without settings.
    Needs no Kafka.

    For example:
      bus alerts rules > alerts.yml
    """
    from processors.cli.alerts_work import prometheus_rules

    typer.echo(prometheus_rules(cast(Root, ctx.obj).given()), nl=False)


@app.command("silences")
def silences_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the silences that last.

    For example:
      bus alerts silences
    """
    from processors.cli.alerts_work import tell_silences

    async def listed(world: "World") -> int:
        return await tell_silences(world, as_json=as_json)

    run(ctx, listed, reads=True)


@app.command("silence")
def silence_command(
    ctx: typer.Context,
    *,
    rule: Rule = "*",
    subject: Subject = "*",
    length: Annotated[
        str, typer.Option("--for", help="How long: 30m, 2h, 3d; up to 30 days.")
    ],
    why: Annotated[str, typer.Option(help="For those who wonder.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell nobody of some alerts for a while; they are judged and listed as ever.

    What still fires when it ends is told then. Who was told that an alert fires hears
    its end in any case.

    For example:
      bus alerts silence --subject subscription/acme --for 2h --why "they move"
      bus alerts silence --rule silent --subject 'source/*' --for 1d --why holiday
    """
    from processors.cli.alerts_work import Wanted, asked_silence, make_silence

    wanted = Wanted(rule, subject, length, why)

    async def silence(world: "World") -> int:
        return await make_silence(world, wanted, as_json=as_json)

    run(ctx, silence, reads=True, first=lambda: asked_silence(wanted))


@app.command("unsilence")
def unsilence_command(
    ctx: typer.Context,
    silence_id: Annotated[
        str, typer.Argument(metavar="ID", help="As `bus alerts silences` shows it.")
    ],
) -> None:
    """End a silence now.

    Exit code 1: there is none such.

    For example:
      bus alerts unsilence s0123456789
    """
    from processors.cli.alerts_work import end_silence

    async def unsilence(world: "World") -> int:
        return await end_silence(world, silence_id)

    run(ctx, unsilence, reads=True)
