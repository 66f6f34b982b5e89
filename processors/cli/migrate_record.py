"""`bus migrate tap` and `bus migrate shadow`: what was, or would be, sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.control import run
from processors.cli.moments import a_moment
from processors.cli.subscription_options import Id

if TYPE_CHECKING:
    from processors.subscriptions.world import World

Out: TypeAlias = Annotated[
    Path, typer.Option(metavar="FILE", help="Lines are added to it.")
]


def tap_command(
    ctx: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The partner's address, without path.")
    ],
    *,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where the old sender posts to.")
    ] = "127.0.0.1:8472",
    out: Out,
) -> None:
    """Stand before a partner: pass on what the old sender posts, and record it.

    A request goes to the partner with its path, headers and body; the old sender hears
    the partner's status, Retry-After and the beginning of its answer. What is recorded
    is passed on first: a disk that is full stops nothing. Runs until Ctrl-C, and then
    says what it did. Point the old sender's endpoint at it; only POST passes.

    For example:
      bus migrate tap https://partner.example --listen :8472 --out tap.jsonl
    """
    from processors.cli.migrate_record_work import tap

    tap(ctx, url, listen, out)


def shadow_command(
    ctx: typer.Context,
    subscription: Id,
    *,
    since: Annotated[
        str, typer.Option(help="From when on: a time, or 2h ago.", callback=a_moment)
    ] = "1h",
    until: Annotated[str, typer.Option(help="Up to when.", callback=a_moment)] = "now",
    out: Out,
) -> None:
    """Record what the bus would have sent to a subscription, without sending it.

    Made of the source topics as deliveries are: matched, rendered and signed. `at` is
    when the event came to Kafka, and nobody was asked for an answer. A file that has
    a recording in it is refused: what is made again would stand there twice.

    For example:
      bus migrate shadow acme --since 24h --out shadow.jsonl
    """
    from processors.cli.migrate_record_work import record_shadow, refuse_kept

    async def shadowed(world: "World") -> int:
        return await record_shadow(world, subscription, (since, until), out)

    run(ctx, shadowed, first=lambda: refuse_kept(out))
