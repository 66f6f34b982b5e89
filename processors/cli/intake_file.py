"""`bus intake file`: files of a source, taken as what its sender would have posted."""

from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from processors.cli.control import exit_with, over_api
from processors.cli.intake_replay import Source
from processors.cli.subscription_options import AsJson
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.cli.root import Root


Files: TypeAlias = Annotated[
    list[str],
    typer.Argument(metavar="FILE…", help="Files, each whole; -: standard input."),
]
Headers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        metavar="NAME=VALUE",
        help="A header that a webhook would have had; as often as needed.",
    ),
]
Again: TypeAlias = Annotated[
    bool, typer.Option("--again", help="Though the same bytes were taken before.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only say what they would come to.")
]


def file_command(  # noqa: PLR0913 - an option each
    ctx: typer.Context,
    source: Source,
    files: Files,
    header: Headers = None,
    *,
    again: Again = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take files in as submissions of a source: an interchange, a CSV, a saved webhook.

    Each is in Kafka, acknowledged by all replicas, before it is said to be kept. The
    same bytes a second time are told as a repeat, and not taken. Of a channel that goes
    by headers, say them: --header. A file has to be as large as a body may be, at most.

    All that can be judged without Kafka is judged first, of all files: whether they can
    be read and unpacked, are empty or too large for any source. If one is wrong, all
    that is wrong is said, nothing is taken, and the exit code is 2. After that each is
    taken for itself. 0: all are in Kafka, now or before. 1: one is not; it says why.

    For example:
      bus intake file partner-edi 850-*.edi
      bus intake file shop-eu order.json --header x-shopify-topic=orders/create
      unzip -p orders.zip | bus intake file partner-csv - --json
    """
    from processors.cli.intake_file_judged import judge
    from processors.cli.intake_file_work import How, take_files

    if over_api(ctx):
        return

    async def in_world() -> int:
        how = How(judge(source, files, header or []), again, dry_run, as_json)
        with asking_kafka():
            async with cast("Root", ctx.obj).files() as world:
                return await take_files(world, source, files, how)

    exit_with(ctx, in_world())
