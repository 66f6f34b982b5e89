"""`bus tail`: events and attempts as they come."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.added_options import add_options
from processors.cli.control import run

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer()


class What(StrEnum):
    """What is heard."""

    EVENTS = "events"
    ATTEMPTS = "attempts"


Heard: TypeAlias = Annotated[
    What | None, typer.Argument(help="What to show. Default: both.")
]
_OPTIONS = {
    "types": Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="An event type, or order.*."),
    ],
    "orders": Annotated[
        list[str] | None, typer.Option("--order", metavar="ID", help="An order id.")
    ],
    "subscriptions": Annotated[
        list[str] | None,
        typer.Option("--subscription", metavar="ID", help="Attempts for this one."),
    ],
    "outcomes": Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="OUTCOME",
            help="accepted, refused, throttled, failed, unreachable, held.",
        ),
    ],
    "last_id": Annotated[
        str | None,
        typer.Option("--last-id", metavar="ID", help="Go on after it; see --json."),
    ],
    "count": Annotated[
        int | None, typer.Option("--count", min=1, help="End after so many lines.")
    ],
    "as_json": Annotated[
        bool | None, typer.Option("--json", help="Print one JSON object a line.")
    ],
}


def tail_command(ctx: typer.Context, what: Heard = None, **given: object) -> None:
    """Show events and attempts as they come, until Ctrl-C.

    One line each. Options may be given several times: of several one has to fit. With
    --json each line has an id; --last-id goes on after it, after days as well, and
    says what Kafka has deleted meanwhile.

    For example:
      bus tail
      bus tail attempts --outcome failed --outcome unreachable
      bus tail events --type 'order.*' --json
    """

    async def work(world: "World") -> int:
        from processors.cli.tail_work import Asked, tail

        return await tail(world, Asked.of({"what": what, **given}))

    def judge() -> None:
        from processors.cli.dlq_options import refuse_unknown_here
        from processors.cli.tail_work import Asked

        refuse_unknown_here(ctx, given.get("types"))
        Asked.of({"what": what, **given})

    run(ctx, work, reads=True, first=judge)


app.command("tail")(add_options(tail_command, _OPTIONS))
