"""The options that say what a subscription is, shared by `add` and `update`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, ParamSpec, TypeAlias

import typer

from bus.delivery.choices import Exhausted, Ordering
from bus.errors import InvalidSubscriptionError
from processors.cli.added_options import add_options

P = ParamSpec("P")

Id: TypeAlias = Annotated[
    str,
    typer.Argument(metavar="ID", help="2 to 63 lower-case letters, digits, dashes."),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_OPTIONS: Mapping[str, object] = {
    "types": Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help="order.created, order.* or *. Repeatable."),
    ],
    "filter": Annotated[
        str | None, typer.Option(help="JMESPath; only events it holds for. '': all.")
    ],
    "transform": Annotated[
        str | None,
        typer.Option(help="JMESPath; its result is sent as data. '': none."),
    ],
    "accept": Annotated[
        str | None, typer.Option(help="An Accept header, such as application/xml.")
    ],
    "ordering": Annotated[
        Ordering | None, typer.Option(help="key: in order, by order id.")
    ],
    "on_exhausted": Annotated[
        Exhausted | None, typer.Option(help="Ordered ones: skip the event, or block.")
    ],
    "retry": Annotated[
        str | None, typer.Option(help="Tiers in turn, such as 1s,5s,30s.")
    ],
    "max_age": Annotated[
        str | None, typer.Option(help="Older ones are dead-lettered, such as 2d.")
    ],
    "timeout": Annotated[
        str | None, typer.Option(help="How long an attempt may take, such as 5s.")
    ],
    "concurrency": Annotated[
        int | None, typer.Option(help="Attempts at the same time.")
    ],
    "rate": Annotated[
        float | None, typer.Option(help="Attempts a second. 0: no limit.")
    ],
    "transient_statuses": Annotated[
        str | None, typer.Option(help="Statuses to retry beside 5xx, such as 408,429.")
    ],
    "headers": Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            "-H",
            help="'Name: value', or 'Name: @FILE' for a value that nobody else may"
            " see. 'Name:' takes one away. Repeatable.",
        ),
    ],
    "verify": Annotated[
        bool | None,
        typer.Option("--verify/--no-verify", help="Check the certificate."),
    ],
    "ca_file": Annotated[
        Path | None, typer.Option(help="PEM; trusted instead of the system's CAs.")
    ],
    "client_certificate_file": Annotated[
        Path | None, typer.Option(help="PEM to show (mTLS).")
    ],
    "client_key_file": Annotated[
        Path | None, typer.Option(help="Its private key, PEM.")
    ],
    "description": Annotated[str | None, typer.Option(help="One line.")],
}


def with_options(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command that takes `**given` the options of a subscription."""
    return add_options(command, _OPTIONS)


SecretFile: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Bring a whsec_… or whsk_… of your own; - reads stdin."),
]

_CLEARED = {"filter": "", "transform": "", "rate": 0.0}


def written(options: Mapping[str, object]) -> dict[str, object]:
    """The options that were given, as fields of a written subscription.

    Raises:
        InvalidSubscriptionError: a header or status is malformed.
    """
    given = {name: value for name, value in options.items() if value is not None}
    fields: dict[str, object] = {}
    tls: dict[str, object] = {}
    for name, value in given.items():
        if name in _TLS:
            tls[name] = value
        elif name in _CLEARED and value == _CLEARED[name]:
            fields[name] = None
        elif name == "retry":
            fields[name] = [tier.strip() for tier in str(value).split(",")]
        elif name == "transient_statuses":
            fields[name] = _statuses(str(value))
        elif name == "headers" and isinstance(value, list):
            fields[name] = dict(_header(str(line)) for line in value)
        else:
            fields[name] = value
    return fields | ({"tls": tls} if tls else {})


_TLS = frozenset({"verify", "ca_file", "client_certificate_file", "client_key_file"})


def _statuses(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise InvalidSubscriptionError(
            "transient_statuses", "expected numbers with commas between, 408,429"
        ) from None


def _header(line: str) -> tuple[str, object]:
    name, colon, value = line.partition(":")
    if not colon:
        raise InvalidSubscriptionError(
            "headers", "expected 'Name: value' or 'Name: @FILE'"
        )
    value = value.strip()
    return name.strip(), {"file": value[1:]} if value.startswith("@") else value
