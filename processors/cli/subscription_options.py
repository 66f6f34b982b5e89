"""The options that say what a subscription is, shared by `add` and `update`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ParamSpec, TypeAlias

import typer

from bus.delivery.choices import Concern, Exhausted, Ordering
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
    "username": Annotated[
        str | None,
        typer.Option(help="To sign in: a name, or AWS's key id. '': not to."),
    ],
    "password_file": Annotated[
        Path | None, typer.Option(help="Its password, or secret key, in a file.")
    ],
    "mechanism": Annotated[
        str | None,
        typer.Option(help="plain, scram-sha-256, scram-sha-512, token or nkey."),
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
    "success": Annotated[
        str | None,
        typer.Option(help="Its objective: share delivered in time, 99.9%. '': as all."),
    ],
    "p95": Annotated[
        str | None,
        typer.Option(help="What 95 of 100 attempts may take, such as 2s. '': as all."),
    ],
    "mail_to": Annotated[
        list[str] | None,
        typer.Option(
            help="A mailbox that hears of its troubles. Repeatable; '': none."
        ),
    ],
    "mail_about": Annotated[
        list[Concern] | None, typer.Option(help="What of. Repeatable; default: all.")
    ],
    "description": Annotated[str | None, typer.Option(help="One line.")],
    "owner": Annotated[
        str | None, typer.Option(help="The tenant it belongs to. '': the operators.")
    ],
}


def with_options(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command that takes `**given` the options of a subscription."""
    return add_options(command, _OPTIONS)


Trust: TypeAlias = Annotated[
    bool, typer.Option("--trust", help="Its endpoint need not say that it wants them.")
]
SecretFile: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Bring a whsec_… or whsk_… of your own; - reads stdin."),
]

_CLEARED = {"filter": "", "transform": "", "rate": 0.0}


def written(options: Mapping[str, object]) -> dict[str, object]:
    """The options that were given, as fields of a written subscription.

    Raises:
        InvalidSubscriptionError: with all headers and statuses that are malformed.
    """
    given = {
        name: [*filter(None, value)] if isinstance(value, list) else value
        for name, value in options.items()
        if value is not None
    }
    fields: dict[str, object] = {}
    nested: dict[str, dict[str, object]] = {"login": {}, "tls": {}, "objective": {}}
    problems: list[tuple[str, str]] = []
    for name, value in given.items():
        if name in _NESTED:
            nested[_NESTED[name]][name] = None if value == "" else value
        elif name in _CLEARED and value == _CLEARED[name]:
            fields[name] = None
        elif name == "retry":
            fields[name] = [tier.strip() for tier in str(value).split(",")]
        elif name == "transient_statuses":
            with _collected(problems):
                fields[name] = _statuses(str(value))
        elif name == "headers" and isinstance(value, list):
            fields[name] = dict(_headers(value, problems))
        else:
            fields[name] = value
    if problems:
        raise InvalidSubscriptionError(*problems[0], *problems[1:])
    return fields | _held(nested)


def _held(nested: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """The mappings in which something was given; no name to sign in with is none."""
    told = {name: dict(held) for name, held in nested.items() if held}
    nobody = nested["login"] == {"username": None}
    return told | ({"login": None} if nobody else {})


_NESTED = {
    **dict.fromkeys(("username", "password_file", "mechanism"), "login"),
    **dict.fromkeys(
        ("verify", "ca_file", "client_certificate_file", "client_key_file"), "tls"
    ),
    **dict.fromkeys(("success", "p95"), "objective"),
}


def _statuses(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise InvalidSubscriptionError(
            "transient_statuses", "expected numbers with commas between, 408,429"
        ) from None


def _headers(
    lines: Iterable[object], problems: list[tuple[str, str]]
) -> Iterator[tuple[str, object]]:
    for line in lines:
        with _collected(problems):
            yield _header(str(line))


@contextmanager
def _collected(problems: list[tuple[str, str]]) -> Iterator[None]:
    try:
        yield
    except InvalidSubscriptionError as error:
        problems += error.problems


_NAMED = {
    "id": "ID",
    "types": "--type",
    "headers": "--header",
    "secrets": "--secret-file",
    "login": "--username",
    "login.username": "--username",
    "login.password": "--password-file",
    "login.mechanism": "--mechanism",
    "objective.success": "--success",
    "objective.p95": "--p95",
    "tls.verify": "--no-verify",
    "tls.ca": "--ca-file",
    "tls.client_certificate": "--client-certificate-file",
    "tls.client_key": "--client-key-file",
}


@contextmanager
def named_as_options(url: str) -> Iterator[None]:
    """Let refusals name the options as they are typed; `url` is how the URL is given.

    Raises:
        InvalidSubscriptionError: the same, said of `--type`, not of `types.0`.
    """
    try:
        yield
    except InvalidSubscriptionError as error:
        first, *more = ((_option(field, url), why) for field, why in error.problems)
        raise InvalidSubscriptionError(*first, *more) from None


def _option(field: str, url: str) -> str:
    if field in {"options", "url"}:
        return url if field == "url" else field
    if field in _NAMED:
        return _NAMED[field]
    name, _, rest = field.partition(".")
    if name == "tls":
        return f"--{rest.replace('_', '-')}"
    told = rest if name == "headers" else ""
    option = _NAMED.get(name, f"--{name.replace('_', '-')}")
    return f"{option} {told}".rstrip()


def _header(line: str) -> tuple[str, object]:
    name, colon, value = line.partition(":")
    if not colon:
        raise InvalidSubscriptionError(
            "headers", "expected 'Name: value' or 'Name: @FILE'"
        )
    value = value.strip()
    return name.strip(), {"file": value[1:]} if value.startswith("@") else value
