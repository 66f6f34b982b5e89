"""`bus rules`: what orders are held for, by channel, source and account."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.control import GOOD, run
from processors.cli.rules_apply import apply_command
from processors.cli.rules_backtest import backtest_command
from processors.cli.rules_options import schemas_of
from processors.cli.rules_proposals import proposals_command
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Rules: what orders are held for, by channel and account.",
    no_args_is_help=True,
)
Part: TypeAlias = Annotated[str, typer.Option(metavar="NAME")]

app.command("apply")(apply_command)
app.command("backtest")(backtest_command)
app.command("proposals")(proposals_command)


@app.command("list")
def list_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List all lines: those that came with the bus, yours, and trials.

    For example:
      bus rules list
      bus rules list --json | jq -r '.[] | select(.layer == "trial") | .id'
    """
    from processors.cli.rules_view import print_lines
    from processors.rules.opening import open_rules
    from processors.rules.showing import line_rows

    async def list_(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            print_lines(line_rows(rules.table.book), as_json=as_json)
        return GOOD

    run(ctx, list_, reads=True)


@app.command("effective")
def effective_command(
    ctx: typer.Context,
    *,
    channel: Annotated[str, typer.Option(help="For example shopify.")] = "",
    source: Annotated[str, typer.Option(help="A source's id.")] = "",
    account: Annotated[str, typer.Option(help="The seller's account.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the rules that hold for an account, each part with where it comes from.

    Exit code 1: a rule cannot be used, and is passed over; it says why.

    For example:
      bus rules effective --channel shopify --account A-7
      bus rules effective --source shop-eu --json
    """
    from processors.cli.rules_view import print_effective
    from processors.rules.opening import open_rules
    from processors.rules.showing import effective_row

    async def effective(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            found = rules.table.book.effective(channel, source, account)
        return print_effective(effective_row(found), as_json=as_json)

    run(ctx, effective, reads=True)


@app.command("check")
def check_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML or JSON.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a document of rules, with file and line of what is wrong. Needs no Kafka.

    Its lines are laid over the rules that come with the bus.

    Exit code 0: nothing is wrong. 1: something is. 2: it cannot be read.

    For example:
      bus rules check rules.yaml
    """
    from processors.cli.rules_work import check

    check(ctx, file, as_json=as_json)
