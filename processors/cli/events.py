"""`bus events`: write an event as the OMS does; see what a partner gets of it."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias, cast

import typer

from bus.errors import OrderbusError
from processors.cli.control import (
    GOOD,
    complain,
    exit_with,
    over_api,
    print_json,
    read_text,
    run,
)
from processors.cli.logged_options import of_events
from processors.cli.moments import Since, moment_ms, place_of
from processors.cli.root import Root
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Write events as the OMS does; read what stands where.", no_args_is_help=True
)

Type: TypeAlias = Annotated[
    str, typer.Argument(metavar="TYPE", help="order.created; see bus schemas list.")
]
OrderId: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ID", help="The order id. Default: made up.")
]
File: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--file", "-f", help="JSON: the event's data; - reads standard input."
    ),
]
EventId: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--id",
        metavar="ID",
        help="Your own id of the event, as partners see it. Default: made up.",
    ),
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document.")
]


class As(StrEnum):
    """Which body."""

    JSON = "json"
    XML = "xml"
    CLOUDEVENTS = "cloudevents"


class AsShown(StrEnum):
    """Which body of what stands somewhere."""

    JSON = "json"
    XML = "xml"
    CLOUDEVENTS = "cloudevents"
    DATA = "data"


Body: TypeAlias = Annotated[
    As, typer.Option("--as", case_sensitive=False, help="Which body.")
]
WithHeaders: TypeAlias = Annotated[
    bool,
    typer.Option("--headers", help="The request: headers, and the body as it is sent."),
]


@app.callback()
def events() -> None:
    """Write events as the OMS does; read what stands where."""


@app.command("send")
def send_command(
    ctx: typer.Context,
    event_type: Type,
    order: OrderId = None,
    file: File = None,
    event_id: EventId = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write one event, made up or with data from a file; print where it stands.

    What it says is checked against the type's schema first. Without --file the data
    is an example's, as `bus schemas show TYPE` prints one. What a file leaves out of
    `occurred_at` and `order_id` is now, and --order. Sent again with the same --id, it
    is the same event to whoever gets it: its webhook-id is made from that.

    Exit code 0: Kafka has it. 1: it has not, or there is no such type. 2: it does not
    match its schema.

    For example:
      bus events send order.created
      bus events send order.cancelled --order SO-1001 --json
      bus events send payment.captured -f captured.json --id captured-1001
    """
    if not over_api(ctx):
        asked = Asked(event_type, order, file, event_id)
        exit_with(ctx, _send(cast(Root, ctx.obj), asked, as_json=as_json))


class Asked(NamedTuple):
    """What is to be written."""

    event_type: str
    order: str | None
    file: str | None
    event_id: str | None


async def _send(root: Root, asked: Asked, *, as_json: bool) -> int:
    from bus.client.producer import check_attributes
    from bus.client.schemas import load_catalogue
    from processors.cli.events_data import made_up, read_event, say_sent
    from processors.wiring.events import open_writer

    event_type, order, file, event_id = asked
    text = None if file is None else read_text(file)
    catalogue = load_catalogue(root.given().schemas_dir)
    catalogue.schema(event_type)  # is there such a type?
    event = (
        made_up(event_type, order)
        if text is None
        else read_event(catalogue, event_type, order, text)
    )
    if event_id is not None:
        event = replace(event, id=event_id)
        check_attributes(event)
    with asking_kafka():
        async with open_writer(root.kafka()) as writer:
            written = await writer.write(event)
    stands = (written.topic, written.partition, written.offset)
    about = (event.type, written.event_id or event.id, event.subject)
    say_sent(about, stands, as_json=as_json)
    return GOOD


@app.command("show")
def show_command(
    ctx: typer.Context,
    place: Annotated[
        str,
        typer.Argument(metavar="TOPIC/PARTITION/OFFSET", help="Where it stands."),
    ],
    *,
    body: Annotated[
        AsShown | None,
        typer.Option(
            "--as",
            case_sensitive=False,
            help="Only the body that partners get; data: what can be edited and sent.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what stands at a place in Kafka: an event, a dead letter, what nobody reads.

    Headers, bytes, and what it decodes to by now. `--as data` is what `bus events send
    -f` and `--edited` take. Exit code 1: nothing stands there, or not any more.

    For example:
      bus events show oms.order/3/17
      bus events show bus.dlq.acme/0/5 --as xml
      bus events show bus.dlq.acme/0/5 --as data > edited.json
    """
    from processors.cli.record_view import show_record

    async def show(world: "World") -> int:
        return await show_record(world, place, body and body.value, as_json=as_json)

    run(ctx, show, reads=True, first=lambda: place_of(place))


@app.command("list")
@of_events
def list_command(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="An event's id, its producer's, or an order's."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """List events from the log, oldest first: what they are and where they stand.

    All that is given has to fit; of an option that is given several times, one. With
    a subscription, outcome or status: those of which one attempt fits all of them.

    For example:
      bus events list --since 5m
      bus events list --outcome failed --since 1h --type 'order.*'
      bus events list SO-1001 --json | jq -r '.[].event_id'
    """
    from processors.cli.dlq_options import refuse_unknown_here

    async def work(world: "World") -> int:
        from processors.cli.logged_work import tell_events

        return await tell_events(ctx, world, {"name": name, **given}, as_json=as_json)

    def judge() -> None:
        refuse_unknown_here(ctx, given.get("types"))

    run(ctx, work, reads=True, first=judge)


@app.command("search")
def search_command(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Two letters or more; any case.")
    ],
    since: Since = "24h",
    types: Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help="Only these; 'order.*' too. Repeatable."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=100, help="Stop at so many events.")
    ] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for a text in the content of events, from the newest back.

    Content stands in Kafka alone, and nothing there is indexed: all of it is read, as
    far back as --since says, or until --limit events have it. The text is looked for
    as it stands in the event's JSON. Exit code 1: none has it.

    For example:
      bus events search sofia@example.com
      bus events search MUG-2200 --since 2h --type 'order.*' --json
    """
    from processors.cli.dlq_options import refuse_unknown, refuse_unknown_here
    from processors.cli.events_search import search_kafka
    from processors.redrive.searching import Sought

    async def search(world: "World") -> int:
        refuse_unknown(types or (), world.checks.event_types)
        since_ms = moment_ms(world, "--since", since)
        sought = Sought(text=text, types=types or (), since_ms=since_ms)
        return await search_kafka(world, sought, limit, as_json=as_json)

    run(ctx, search, reads=True, first=lambda: refuse_unknown_here(ctx, types))


@app.command("example")
def example_command(
    ctx: typer.Context,
    event_type: Type,
    body: Body = As.JSON,
    *,
    headers: WithHeaders = False,
    as_json: AsJson = False,
) -> None:
    """Print an event of a type as a partner gets it. Needs no Kafka.

    The body is indented for reading; with --headers it is byte for byte what is sent.
    It is signed with whsec_RXhhbXBsZSBzZWNyZXQgb2YgdGhlIE9yZGVyYnVz, so that you can
    try your verification on it. With --json, headers and body stand in one document.

    For example:
      bus events example order.created
      bus events example shipment.delivered --as xml
      bus events example order.created --headers
    """
    from processors.cli.events_data import shown_example

    try:
        settings = cast(Root, ctx.obj).given()
        shown = shown_example(settings.schemas_dir, event_type, body.value)
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None
    if as_json:
        print_json(shown.document)
    else:
        typer.echo(shown.request if headers else shown.readable)
