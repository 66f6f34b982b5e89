"""`bus migrate compare`."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from processors.cli.subscription_options import AsJson

TermsFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="TERMS", help="YAML: what is read where, and agreed.")
]
Old: TypeAlias = Annotated[
    list[str],
    typer.Option(metavar="FILE|kafka:TOPIC", help="What the old sender sent."),
]
New: TypeAlias = Annotated[
    list[str],
    typer.Option(metavar="FILE|kafka:TOPIC", help="What the new one sent."),
]
Html: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the report as a page.")
]
Since: TypeAlias = Annotated[
    str, typer.Option(help="How far back topics are read: 2h, 7d.")
]

Until: TypeAlias = Annotated[
    str,
    typer.Option(
        help="What has no partner counts if it is older: a time, or 2m ago.",
        show_default="all of it",
    ),
]


def compare_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    terms: TermsFile,
    *,
    old: Old,
    new: New,
    html: Html = None,
    since: Since = "7d",
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """Compare what two senders sent, pair by pair, and report.

    Recordings are JSON lines or CSV (`at`, `headers`, `body`, `status`), or topics.
    Requests are paired by an id that both have, else by event type, order and
    version. Bodies, chosen headers, signatures, sequence, latency and outcome are
    compared; what is equivalent is so by a rule that the report counts.
    While both still send, recordings end at two moments: --until 2m.

    Exit code 0: nothing differs. 1: something does, or nothing was compared. 2: wrong
    usage.

    For example:
      bus migrate compare terms.yaml --old old.jsonl --new new.jsonl
      bus migrate compare terms.yaml --old log.csv --new kafka:shop.sent
      bus migrate compare terms.yaml --old old.jsonl --new new.jsonl --html r.html
    """
    from processors.cli.migrate_work import Compared, tell_comparison

    tell_comparison(ctx, Compared(terms, old, new, html, since, as_json, until))
