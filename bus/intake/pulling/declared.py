"""How a source declares what is to be pulled: a list, a queue, a folder of files."""

import re
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bus.delivery.clouds import AwsEndpoint
from bus.delivery.endpoint import parse_endpoint
from bus.intake.collecting.servers import SftpPlace, parse_sftp
from bus.intake.fetching.declared import RateHeaders, Unit
from bus.intake.fetching.template import read_template

SINCE, PAGE_SIZE = "since", "page_size"
_SETTING, _CREDENTIAL = "setting.", "credential."
_TIME_OVERLAP_S = 900
_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_MOST_PAIRS = 20
_HOST_KEY = r"^[a-z0-9@.-]{4,60} [A-Za-z0-9+/]{20,4000}={0,2}$"


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


def _url(value: str) -> str:
    names = read_template(value).names
    wrong = [
        one for one in names if one not in (SINCE, PAGE_SIZE) and not _is_setting(one)
    ]
    if wrong:
        raise ValueError(
            f"{{{wrong[0]}}} is neither {{since}}, {{page_size}} nor a setting;"
            " credentials belong in headers"
        )
    if SINCE not in names:
        raise ValueError("expected {since} in it: from where the list is read on")
    try:
        host = urlsplit(value).netloc
    except ValueError:
        host = ""
    begins = value.startswith((f"{{{_SETTING}", "https://", "http://"))
    if not begins or (not host and not value.startswith("{")) or "@" in host:
        raise ValueError("expected an address that begins with https:// or a setting")
    return value


def _templates(value: dict[str, str]) -> dict[str, str]:
    for text in _headers(value).values():
        for name in read_template(text).names:
            if not _is_setting(name) and not name.startswith(_CREDENTIAL):
                raise ValueError(f"{{{name}}} is neither a setting nor a credential")
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    wrong = [name for name in value if not _NAME.fullmatch(name)]
    if wrong or len(value) > _MOST_PAIRS:
        raise ValueError(f"expected at most {_MOST_PAIRS} names of headers")
    if not all(text.isprintable() and text.isascii() for text in value.values()):
        raise ValueError("expected values of one line, in ASCII")
    return value


def _is_setting(name: str) -> bool:
    return name.startswith(_SETTING)


def _sftp(value: str) -> str:
    parse_sftp(value, ())
    return value


def _queue(value: str) -> str:
    found = parse_endpoint(value)
    if not isinstance(found, AwsEndpoint) or found.service != "sqs":
        raise ValueError("expected sqs://HOST/ACCOUNT/NAME")
    return value


_STEP = r"[A-Za-z0-9_-]+"
Names: TypeAlias = Annotated[str, Field(pattern=rf"^({_STEP}(\.{_STEP})*)?$")]


class Limits(_Model):
    """Headers by which an API says how fast it may be asked; empty: it does not."""

    remaining: str = ""
    reset: str = ""
    reset_in: Unit = Unit.SECONDS
    used: str = ""
    rate: str = ""


class ListPull(_Model):
    """A list that an API gives as JSON, read on from where it was read to.

    Attributes:
        url: With places for `{since}` and, if it takes one, `{page_size}`.
        headers: What is sent along; credentials are named, `{credential.token}`.
        items: The names that lead to the list; empty: the document is the list.
        cursor: The names that lead to what says how far the list was read: in an item,
            or (`token`) in the document.
        counted: What that is: a moment, a number that grows, or a token of the API's.
        first: Where it begins when nothing is known: a moment, a number, a token.
        next: How its next page is asked for: from the last item on, or by the header
            `Link` (RFC 8288).
        overlap: How far back each look goes again: seconds, or so many of a number.
        sent_as: The headers with which a webhook would bring an item.
        documents: Whether items are what the channel's `fetch` brings.
        limits: Where the API says how fast it may be asked.
    """

    kind: Literal["list"] = "list"
    url: Annotated[str, Field(max_length=2_000), AfterValidator(_url)]
    headers: Annotated[dict[str, str], AfterValidator(_templates)] = Field(
        default_factory=dict
    )
    items: Names = ""
    cursor: Annotated[Names, Field(min_length=1)]
    counted: Literal["time", "number", "token"] = "time"
    first: Annotated[str, Field(max_length=500)] = ""
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 100
    next: Literal["cursor", "link"] = "cursor"
    every_s: Annotated[float, Field(ge=5, le=86_400)] = 60
    overlap: Annotated[int, Field(ge=0, le=604_800)] | None = None
    sent_as: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict
    )
    documents: bool = False
    limits: Limits = Limits()

    @property
    def overlaps(self) -> int:
        """How far back a look goes, where nothing else is said."""
        if self.overlap is not None:
            return self.overlap
        return _TIME_OVERLAP_S if self.counted == "time" else 0

    @property
    def rate_headers(self) -> RateHeaders:
        """The same as those of a channel."""
        said = self.limits
        return RateHeaders(
            remaining=said.remaining.lower(),
            reset=said.reset.lower(),
            unit=said.reset_in,
            used=said.used.lower(),
            rate=said.rate.lower(),
        )


class QueuePull(_Model):
    """A queue of Amazon SQS whose messages are submissions, one each.

    Signed in to with the credentials `access_key` and `secret_key` of `fetch`; without
    them with what the process itself has, where the settings allow that.
    """

    kind: Literal["sqs"]
    url: Annotated[str, Field(max_length=2_000), AfterValidator(_queue)]
    sent_as: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict
    )

    @property
    def place(self) -> AwsEndpoint:
        """Where it is."""
        found = parse_endpoint(self.url)
        if not isinstance(found, AwsEndpoint):  # its model refuses any other
            raise TypeError(self.url)
        return found


class FolderPull(_Model):
    """A folder on a partner's SFTP server; files are taken, then put into `done/`.

    Signed in to with the credential `password` of `fetch`, or `private_key` (with
    `passphrase`). `host_keys` are the keys that the server may show, each as in
    `known_hosts` without the host: `ssh-ed25519 AAAA…`. A file is whole once it has
    not changed for `settle_s`.
    """

    kind: Literal["sftp"]
    url: Annotated[str, Field(max_length=2_000), AfterValidator(_sftp)]
    username: Annotated[str, Field(min_length=1, max_length=200)]
    host_keys: Annotated[
        tuple[Annotated[str, Field(pattern=_HOST_KEY)], ...],
        Field(min_length=1, max_length=10),
    ]
    every_s: Annotated[float, Field(ge=5, le=86_400)] = 60
    settle_s: Annotated[float, Field(ge=0, le=86_400)] = 10

    @property
    def place(self) -> SftpPlace:
        """Where it is."""
        return parse_sftp(self.url, self.host_keys)


Pull: TypeAlias = Annotated[
    ListPull | QueuePull | FolderPull, Field(discriminator="kind")
]


def names_in(pull: ListPull) -> tuple[frozenset[str], frozenset[str]]:
    """The settings and the credentials that a list needs."""
    texts = (pull.url, *pull.headers.values())
    names = {name for text in texts for name in read_template(text).names}

    def of(kind: str) -> frozenset[str]:
        return frozenset(n.removeprefix(kind) for n in names if n.startswith(kind))

    return of(_SETTING), of(_CREDENTIAL)
