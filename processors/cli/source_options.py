"""The options that say what a source is, shared by `add` and `update`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ParamSpec, TypeAlias

import typer

from bus.errors import InvalidSourceError
from processors.cli.added_options import add_options

P = ParamSpec("P")

Id: TypeAlias = Annotated[
    str,
    typer.Argument(metavar="ID", help="2 to 63 lower-case letters, digits, dashes."),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SecretFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="The secret that its sender signs with; - reads stdin."
    ),
]
_OPTIONS: Mapping[str, object] = {
    "title": Annotated[str | None, typer.Option(help="One line, for people.")],
    "settings": Annotated[
        list[str] | None,
        typer.Option(
            "--setting",
            "-s",
            metavar="NAME=VALUE",
            help="Of the channel's settings; without a value: taken away. Repeatable.",
        ),
    ],
    "public_key_files": Annotated[
        list[Path] | None,
        typer.Option(
            "--public-key-file",
            metavar="FILE",
            help="A key or certificate of the sender's, PEM, or its JWKS. Repeatable.",
        ),
    ],
    "path_secret": Annotated[
        bool | None,
        typer.Option(
            "--path-secret/--no-path-secret",
            help="A secret in its address. Default: where nothing is signed.",
        ),
    ],
    "url": Annotated[
        str | None,
        typer.Option(help="Its address as the sender knows it, if that is signed."),
    ],
    "account": Annotated[
        str | None, typer.Option(help="Whose orders these are, where they do not say.")
    ],
    "labels": Annotated[
        list[str] | None,
        typer.Option("--label", metavar="NAME=VALUE", help="For people. Repeatable."),
    ],
    "file_headers": Annotated[
        list[str] | None,
        typer.Option(
            "--file-header",
            metavar="NAME=VALUE",
            help="With which a webhook would bring what comes in files. Repeatable.",
        ),
    ],
    "unverified": Annotated[
        str | None,
        typer.Option(
            metavar="refuse|park", help="What becomes of a wrong signature: refuse."
        ),
    ],
    "rate": Annotated[
        float | None, typer.Option(help="Submissions a second. 0: any number.")
    ],
    "burst": Annotated[
        int | None, typer.Option(help="How many of them at once. 0: one second's.")
    ],
    "concurrency": Annotated[
        int | None, typer.Option(help="Submissions at the same time.")
    ],
    "max_body": Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="How large one may be, such as 2MiB."),
    ],
    "fetch_hosts": Annotated[
        list[str] | None,
        typer.Option(
            "--fetch-host", metavar="HOST", help="Orders may be fetched from it."
        ),
    ],
    "fetch_credentials": Annotated[
        list[str] | None,
        typer.Option(
            "--fetch-credential",
            metavar="NAME=FILE",
            help="What is shown there, in a file. Repeatable.",
        ),
    ],
    "pull_file": Annotated[
        str | None,
        typer.Option(
            "--pull",
            metavar="FILE",
            help="A list or queue that is read for it, in YAML. '': none any more.",
        ),
    ],
    "owner": Annotated[
        str | None, typer.Option(help="The tenant it belongs to. '': the operators.")
    ],
}
_PAIRS = ("settings", "labels", "file_headers")
_NONE_OF = {"rate": 0.0, "burst": 0}


def with_options(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command that takes `**given` the options of a source."""
    return add_options(command, _OPTIONS)


def written(options: Mapping[str, object]) -> dict[str, object]:
    """The options that were given, as fields of a written source.

    Raises:
        InvalidSourceError: with all pairs that are malformed.
    """
    fields: dict[str, object] = {}
    problems: list[tuple[str, str]] = []
    given = {n: v for n, v in options.items() if v is not None and v != []}
    for name, value in given.items():
        if name in _PAIRS and isinstance(value, list):
            fields[name] = dict(_pairs(name, value, problems))
        elif name in _NONE_OF and value == _NONE_OF[name]:
            fields[name] = None
        elif name == "pull_file" and value == "":
            fields["pull"] = None
        elif name == "public_key_files" and isinstance(value, list):
            fields[name] = [str(path) for path in value]
        elif name not in {"fetch_hosts", "fetch_credentials"}:
            fields[name] = value
    fields |= _fetch(options, problems)
    if problems:
        raise InvalidSourceError(*problems[0], *problems[1:])
    return fields


def _fetch(
    options: Mapping[str, object], problems: list[tuple[str, str]]
) -> dict[str, object]:
    hosts, credentials = options.get("fetch_hosts"), options.get("fetch_credentials")
    found: dict[str, object] = {}
    if isinstance(hosts, list) and hosts:
        found["hosts"] = [str(host) for host in hosts]
    if isinstance(credentials, list) and credentials:
        pairs = _pairs("fetch_credentials", credentials, problems)
        found["credentials"] = {name: {"file": path} for name, path in pairs}
    return {"fetch": found} if found else {}


def _pairs(
    name: str, lines: list[object], problems: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    for line in lines:
        key, equals, value = str(line).partition("=")
        if not equals or not key.strip():
            problems.append((name, "expected NAME=VALUE"))
        else:
            yield key.strip(), value


_NAMED = {
    "id": "ID",
    "secret": "--secret-file",
    "secret_file": "--secret-file",
    "public_keys": "--public-key-file",
    "public_key_files": "--public-key-file",
    "fetch.hosts": "--fetch-host",
    "fetch_credentials": "--fetch-credential",
    "pull_file": "--pull",
    "pull": "--pull",
}


@contextmanager
def named_as_options() -> Iterator[None]:
    """Let refusals name the options as they are typed.

    Raises:
        InvalidSourceError: the same, said of `--setting zone`, not of `settings.zone`.
    """
    try:
        yield
    except InvalidSourceError as error:
        first, *more = ((_option(field), why) for field, why in error.problems)
        raise InvalidSourceError(*first, *more) from None


def _option(field: str) -> str:
    name, _, rest = field.partition(".")
    if name in _PAIRS:
        return f"--{name.removesuffix('s').replace('_', '-')} {rest}".rstrip()
    if name == "fetch" and rest.startswith("credentials"):
        return f"--fetch-credential {rest.partition('.')[2]}".rstrip()
    if field == "options" or " " in field:
        return field
    place = ".".join(field.split(".")[:2])
    return _NAMED.get(place) or _NAMED.get(name) or f"--{name.replace('_', '-')}"
