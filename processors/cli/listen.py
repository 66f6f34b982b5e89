"""`bus listen`: a receiver on this machine, for who writes one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from bus.errors import OrderbusError
from processors.cli.added_options import add_options
from processors.cli.control import complain

app = typer.Typer()

SecretFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Verify with the secrets in it; - asks. Or set WEBHOOK_SECRET.",
    ),
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object a line.")
]
_OPTIONS: Mapping[str, object] = {
    "secret_file": SecretFile,
    "answer": Annotated[
        str | None,
        typer.Option(
            "--answer", "-a", metavar="ANSWER,…", help="What attempts are answered."
        ),
    ],
    "forward": Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Post on to there, and answer what it answers."
        ),
    ],
    "keep": Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep every request there, a file each."),
    ],
    "host": Annotated[
        str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")
    ],
    "port": Annotated[
        int | None,
        typer.Option(
            "--port", "-p", min=0, max=65_535, help="Default: 8000. 0: a free one."
        ),
    ],
    "count": Annotated[
        int | None, typer.Option(min=1, help="Stop after so many webhooks.")
    ],
    "body": Annotated[bool | None, typer.Option("--body", help="Show bodies.")],
    "headers": Annotated[
        bool | None,
        typer.Option("--headers", help="Show headers; credentials are left out."),
    ],
    "grpc": Annotated[
        bool | None, typer.Option("--grpc", help="Serve gRPC instead of HTTP.")
    ],
    "kafka": Annotated[
        str | None,
        typer.Option(metavar="URL", help="Read a topic: kafka://HOST/TOPIC."),
    ],
    "amqp": Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Consume: amqp://HOST/queues/QUEUE or exchanges/…."
        ),
    ],
    "amqp1": Annotated[
        str | None,
        typer.Option(metavar="URL", help="Consume by AMQP 1.0: amqp1://HOST/ADDRESS."),
    ],
    "nats": Annotated[
        str | None,
        typer.Option(metavar="URL", help="Hear a subject: nats://HOST/SUBJECT."),
    ],
    "redis": Annotated[
        str | None,
        typer.Option(metavar="URL", help="Read a stream: redis://HOST/STREAM."),
    ],
    "sqs": Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Empty a queue of AWS: sqs://HOST/ACCOUNT/QUEUE."
        ),
    ],
    "pubsub": Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Hear a topic of Google's: pubsub://HOST/PROJECT/TOPIC."
        ),
    ],
    "pull": Annotated[
        str | None,
        typer.Option(metavar="URL", help="Dial a gateway by gRPC: grpcs://HOST:PORT."),
    ],
    "subscription": Annotated[
        str | None, typer.Option(metavar="ID", help="With --pull: whose events.")
    ],
    "key_file": Annotated[
        str | None,
        typer.Option(metavar="FILE", help="With --pull: the key; - reads it."),
    ],
    "username": Annotated[
        str | None,
        typer.Option(help="Signs in, where a queue, topic or stream is read."),
    ],
    "password_file": Annotated[
        str | None, typer.Option(metavar="FILE", help="Likewise; - reads it.")
    ],
    "as_json": Annotated[
        bool | None, typer.Option("--json", help="Print one JSON object a line.")
    ],
}


def listen_command(ctx: typer.Context, **given: object) -> None:
    """Receive webhooks here: verify, show, answer as told.

    For who writes a receiver: needs neither Kafka nor a bus. A line tells of each
    webhook its type, order, attempt, whether the signature is good and if not why, how
    old the event is, and the answer. A second attempt is compared with the first. With
    a secret, what it did not sign is answered 401. Whether events are wanted, which
    the bus asks first, is answered with yes, whatever --answer and --forward say.

    Answers: 200 to 599, hang, close, reset or redirect, with :delay=300ms or
    :retry-after=SECONDS behind it. Several, with commas between, are given to the
    attempts of each webhook in turn, the last one to all that follow.

    --grpc serves orderbus.v1.EventReceiver, --pull dials the bus (pull://grpc).
    --kafka, --amqp, --amqp1, --nats, --redis, --sqs and --pubsub take the URL of the
    subscription; there nobody hears an answer. What is shown of a queue of AMQP or SQS
    is taken out of it: use one of your own. --sqs also reads what SNS and EventBridge
    put there. --pull dials until a gateway is there. Ctrl-C ends it, exit code 0.

    For example:
      bus listen --secret-file secret.txt --answer 500,500,200 --body
      bus listen --answer 429:retry-after=5,hang,200 --keep inbox
      bus listen replay inbox http://127.0.0.1:3000/hook
      bus listen --grpc --port 50051 --secret-file secret.txt
      bus listen --pull grpcs://bus.example --subscription acme --key-file k.txt
      bus listen --kafka kafka://127.0.0.1:9092/shop.orders
    """
    if ctx.invoked_subcommand is not None:
        return
    from processors.cli.listen_at import Wish
    from processors.cli.listen_work import listen, read_secrets
    from processors.cli.processes import run_in_loop

    try:
        wish = Wish(**{name: v for name, v in given.items() if v is not None})  # type: ignore[arg-type]  # by _OPTIONS
        code = run_in_loop(listen(wish, read_secrets(wish.secret_file)))
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


app.callback(invoke_without_command=True)(add_options(listen_command, _OPTIONS))


@app.command("replay")
def replay_command(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What --keep made.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Your receiver.")],
    *,
    secret_file: SecretFile = None,
    every: Annotated[
        bool, typer.Option("--every", help="All attempts, not the newest of each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Post kept webhooks again, to a receiver of yours.

    With a secret they are signed anew, as a replay by the bus is: the same webhook-id,
    a fresh timestamp. Without, they go as they came, and a receiver refuses them once
    their timestamp is older than five minutes.

    Exit code 0: all were answered 2xx. 1: not all. 2: wrong usage.

    For example:
      bus listen replay inbox http://127.0.0.1:3000/hook
      bus listen replay inbox http://127.0.0.1:3000/hook --secret-file secret.txt
    """
    from processors.cli.listen_work import read_secrets, replay_kept
    from processors.cli.processes import run_in_loop

    try:
        secrets = read_secrets(secret_file)
        work = replay_kept(folder, url, secrets, every=every, as_json=as_json)
        code = run_in_loop(work)
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)
