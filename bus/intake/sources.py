"""A source: one sender of a channel, how it is verified, bounded and answered.

The model holds what an operator or a tenant may say; what it may not say is refused
with the field and the reason (`InvalidSourceError`).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails

from bus.delivery.subscription import ID_PATTERN, Line
from bus.errors import InvalidSourceError
from bus.expected import expected, instead
from bus.intake.pulling.declared import (
    Pull,
)
from bus.intake.verifying.verdict import Secret

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PEM = re.compile(r"-----BEGIN [A-Z ]{3,40}-----")
_MOST_SETTINGS = 100
LEAST_PATH_SECRET = 20
"""Characters of a path secret: only its digest is kept, which must not be guessed."""
WHAT_AN_ID_IS = (
    "expected 2 to 63 lower-case letters, digits and dashes, the first one no dash"
)
LARGEST_BODY = 15 * 2**20
"""What the largest record of a raw topic leaves for a body."""


class State(StrEnum):
    """Whether a source is taken notice of; one that is paused is as if not there."""

    ACTIVE = "active"
    PAUSED = "paused"


class Unverified(StrEnum):
    """What becomes of a submission whose signature is wrong."""

    REFUSE = "refuse"
    PARK = "park"


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class SourceSecret(_Model):
    """A secret that submissions are signed with; `value` is sealed where it is stored.

    It counts from `since` on, and no more after `until`.
    """

    id: Id
    value: str = Field(repr=False, min_length=1, max_length=10_000)
    kid: str = Field("", max_length=200)
    since: AwareDatetime
    until: AwareDatetime | None = None


def _pem(value: str) -> str:
    if not _PEM.match(value.strip()):
        raise ValueError("expected a public key or a certificate in PEM")
    if "PRIVATE" in value:
        raise ValueError("this is a private key; the public one is wanted")
    return value.strip() + "\n"


class PublicKey(_Model):
    """A key of the sender's, for channels that sign with private ones."""

    id: Id
    pem: Annotated[str, Field(max_length=20_000), AfterValidator(_pem)]
    kid: str = Field("", max_length=200)
    since: AwareDatetime
    until: AwareDatetime | None = None


class Answers(_Model):
    """Where a source is to be answered otherwise than its channel says."""

    ok_status: Annotated[int, Field(ge=200, le=299)] | None = None
    overload_status: Literal[429, 500, 502, 503] | None = None
    retry_after_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    retries: bool | None = None


def _hosts(value: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [host for host in value if not _HOST.fullmatch(host)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no host name in small letters")
    return value


class OAuth(_Model):
    """Where a token is had that lives for a while (RFC 6749), by which grant.

    Of the credentials it takes `client_secret`, and `refresh_token` for that grant; it
    gives the credential `access_token`.
    """

    url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^/@{}]+/")]
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    grant: Literal["client_credentials", "refresh_token"] = "client_credentials"
    scope: Annotated[str, Field(max_length=1_000)] = ""


class Fetch(_Model):
    """How what a thin message names may be fetched: from these hosts, and no others.

    The values of `credentials` are sealed where they are stored. `per_second` is how
    many requests there may be. With `oauth` there is one credential more, of its kind.
    """

    hosts: Annotated[
        tuple[str, ...], Field(min_length=1, max_length=20), AfterValidator(_hosts)
    ]
    credentials: dict[str, str] = Field(default_factory=dict, repr=False)
    per_second: Annotated[float, Field(gt=0, le=10_000)] = 2
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 4
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10
    oauth: OAuth | None = None


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("expected an absolute http or https URL")
    if not value.isascii() or any(c.isspace() or ord(c) < 0x20 for c in value):  # noqa: PLR2004 - the first printable character
        raise ValueError("expected ASCII without spaces; encode the rest")
    if parts.username or parts.password:
        raise ValueError("credentials do not belong in a URL")
    return value


def _names(value: dict[str, str]) -> dict[str, str]:
    wrong = [name for name in value if not _NAME.fullmatch(name)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no name: letters, digits, dots, - and _")
    if len(value) > _MOST_SETTINGS or any(len(text) > 2_000 for text in value.values()):  # noqa: PLR2004 - characters
        raise ValueError(f"expected at most {_MOST_SETTINGS}, of 2,000 characters each")
    return value


Named: TypeAlias = Annotated[dict[str, str], AfterValidator(_names)]


class Source(_Model):
    """One sender of a channel. Times are seconds, sizes bytes.

    Printing one shows no secret. `url` is the address as the sender knows it, where
    that is signed; empty: the bus's own. `path_secret` is the digest of what stands
    behind the id in the address, if anything does; `old_path_secret` counts until
    `old_path_until`. `rate` is submissions a second, of which `burst` may come at
    once; None: no limit. `file_headers` are those with which a webhook would bring
    what comes in files.
    """

    id: Annotated[str, Field(pattern=rf"^{ID_PATTERN.pattern}$")]
    channel: Annotated[str, Field(pattern=rf"^{ID_PATTERN.pattern}$")]
    owner: Annotated[str, Field(pattern=rf"^({ID_PATTERN.pattern})?$")] = ""
    title: Line = ""
    state: State = State.ACTIVE
    state_reason: Line = ""
    settings: Named = Field(default_factory=dict)
    secrets: tuple[SourceSecret, ...] = ()
    public_keys: tuple[PublicKey, ...] = ()
    path_secret: Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64})?$")] = ""
    old_path_secret: Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64})?$")] = ""
    old_path_until: AwareDatetime | None = None
    url: Annotated[str, Field(max_length=2048), AfterValidator(_url)] = ""
    account: Line = ""
    labels: Named = Field(default_factory=dict)
    unverified: Unverified = Unverified.REFUSE
    rate: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    burst: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 64
    max_body: Annotated[int, Field(ge=1, le=LARGEST_BODY)] | None = None
    answers: Answers = Answers()
    fetch: Fetch | None = None
    pull: Pull | None = None
    file_headers: Named = Field(default_factory=dict)
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None

    def live_secrets(self, now: datetime) -> tuple[Secret, ...]:
        """The secrets and public keys that count, as verifiers take them."""
        secrets = [
            Secret(one.id, one.value, one.kid)
            for one in self.secrets
            if _lives(one, now)
        ]
        keys = [
            Secret(one.id, one.pem, one.kid)
            for one in self.public_keys
            if _lives(one, now)
        ]
        return (*secrets, *keys)


def _lives(one: SourceSecret | PublicKey, now: datetime) -> bool:
    return one.since <= now and (one.until is None or now < one.until)


def path_digest(source_id: str, secret: str) -> str:
    """What is kept of a path secret: long and random ones need no salt but a name."""
    digest = sha256(f"orderbus path secret\n{source_id}\n{secret}".encode())
    return f"sha256:{digest.hexdigest()}"


def opens(source: Source, secret: str, now: datetime) -> bool:
    """Whether this may stand behind the source's id; takes as long whatever it is.

    An old secret does until its grace is over.
    """
    given = path_digest(source.id, secret) if secret else ""
    fits = compare_digest(given.encode(), source.path_secret.encode())
    until, old = source.old_path_until, source.old_path_secret
    fitted = compare_digest(given.encode(), old.encode())
    lives = bool(old) and until is not None and now < until
    return fits or (fitted and lives)


def parse_source(fields: Mapping[str, object]) -> Source:
    """Build a source from plain fields.

    Raises:
        InvalidSourceError: with every wrong field and why. The value of a wrong field
            is never repeated, as it could be a secret.
    """
    try:
        return Source.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    first, *more = ((".".join(str(part) for part in e["loc"]), _why(e)) for e in found)
    raise InvalidSourceError(*first, *more)


_WORDS = {
    "missing": "is required",
    "too_short": "expected at least one",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "string_type": "expected text",
}


def _why(error: ErrorDetails) -> str:
    field, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        return f"no such field; {instead(Source, field)}"
    if kind == "string_pattern_mismatch" and field[0] in {"id", "channel", "owner"}:
        return WHAT_AN_ID_IS
    return _WORDS.get(kind) or expected(kind, error.get("ctx", {}), error["msg"])
