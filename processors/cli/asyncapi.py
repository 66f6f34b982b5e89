"""`bus asyncapi`: topics and webhooks, described for machines."""

from typing import Annotated, cast

import typer

from bus.errors import OrderbusError
from processors.cli.control import complain, print_json
from processors.cli.root import Root

app = typer.Typer()


@app.command("asyncapi")
def asyncapi_command(
    ctx: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of YAML.")
    ] = False,
) -> None:
    """Describe topics and webhooks as an AsyncAPI 3.0 document.

    Made of topics.yaml and the schemas: every source topic with its Avro records, and
    the webhook of every event type with headers, fields and an example. Needs no
    Kafka; `bus --bootstrap-servers HOST:PORT asyncapi` says which one stands in it.

    For example:
      bus asyncapi > orderbus.asyncapi.yaml
      bus asyncapi --json
    """
    from processors.wiring.describing import asyncapi

    try:
        described = asyncapi(cast(Root, ctx.obj).given())
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None
    if as_json:
        print_json(described)
        return
    from processors.cli.yaml_text import yaml_text

    typer.echo(yaml_text(described), nl=False)
