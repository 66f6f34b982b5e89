"""`bus diagnose`: why deliveries to an endpoint fail."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from processors.cli.subscription_options import AsJson

app = typer.Typer()

Whom: TypeAlias = Annotated[
    str, typer.Argument(metavar="SUBSCRIPTION|URL", help="An id, or any https://….")
]
SecretFile: TypeAlias = Annotated[
    str | None,
    typer.Option(help="The whsec_… or whsk_… of a URL; - reads stdin."),
]
Since: TypeAlias = Annotated[
    str, typer.Option(help="How far back failures are looked for: 2h, 3d.")
]
Bundle: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="Write all of it for a support ticket, without a secret."),
]


@app.command("diagnose")
def diagnose_command(
    ctx: typer.Context,
    whom: Whom,
    secret_file: SecretFile = None,
    since: Since = "24h",
    bundle: Bundle = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Find out why deliveries to an endpoint fail.

    Looks at DNS, addresses, TCP, TLS and HTTP, sends marked test events (about 40),
    reads what befell the subscription's deliveries, and says what to do. Of a bare
    URL it tries only what needs no secret, unless one is given.

    Exit code 0: no error was found. 1: one was, or there is no such subscription.
    2: wrong usage.

    For example:
      bus diagnose acme
      bus diagnose acme --since 3d --bundle ticket.json
      bus diagnose https://acme.example/hooks --secret-file acme.secret
      bus diagnose acme --json | jq -r '.findings[] | select(.do != "").says'
    """
    from processors.cli.diagnose_work import Asked, tell_diagnosis

    tell_diagnosis(ctx, Asked(whom, secret_file, since, bundle, as_json))
