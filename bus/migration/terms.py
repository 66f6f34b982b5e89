"""Terms: how the two sides are read, and which differences a person has agreed to.

What is not in the terms is a difference. Secrets are not in them: they name a file.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bus.contracts.yamltext import read_yaml
from bus.errors import ConfigurationError
from bus.expected import instead
from bus.intake.verifying.hashed import Hmac
from bus.intake.verifying.parts import Part, read_part

MOST_BYTES = 1 << 20


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class How(StrEnum):
    """What is no difference, where a rule says so."""

    IGNORE = "ignore"
    NUMBER = "number"  # "19.90" and 19.9
    INSTANT = "instant"  # the same moment, written otherwise
    NULL_IS_MISSING = "null-is-missing"  # also an empty list or object
    SPACES = "spaces"  # white space around and within a text
    CASE = "case"


Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]


class Rule(_Model):
    """A difference that is none at a field and below it; `why` is for others."""

    at: Text
    how: How
    why: Text

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"{self.how} at {self.at}"


class Signing(_Model):
    """How a side signs; `standard` is Standard Webhooks, as the bus does."""

    scheme: Literal["standard", "hmac"] = "standard"
    header: Text = "webhook-signature"
    form: Literal["plain", "pairs", "list"] = "plain"
    label: str = "v1"
    prefix: str = ""
    over: tuple[Text, ...] = ("body",)
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["base64", "hex"] = "hex"
    secret: Literal["text", "hex", "base64", "whsec"] = "text"  # noqa: S105 - a form
    secret_file: Text

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for text in self.over:
            if read_part(text) is None:
                raise ValueError(f"over: {text!r} is no body, header:NAME or =TEXT")
        return self

    @property
    def verifier(self) -> Hmac:
        """What checks a signature."""
        if self.scheme == "standard":
            dot = Part("=", ".")
            ids = Part("header", "webhook-id"), dot, Part("header", _TIME), dot
            over = (*ids, Part("body"))
            return Hmac(self.header, over, "list", "v1", key="whsec")
        parts = tuple(part for text in self.over if (part := read_part(text)))
        return Hmac(
            header=self.header.lower(),
            over=parts,
            form=self.form,
            label=self.label,
            prefix=self.prefix,
            algorithm=self.algorithm,
            encoding=self.encoding,
            key=self.secret,
        )


_TIME = "webhook-timestamp"


class Reading(_Model):
    """Where a side says what: `body:PATH`, `header:NAME`, `column:NAME` or `=TEXT`.

    `types` are the names of events in the words of the new side.
    """

    type: str = "body:type"
    order: str = "body:order_id"
    version: str = "body:bus.sequence"
    id: str = "header:webhook-id"
    occurred: str = "body:timestamp"
    types: dict[str, str] = Field(default_factory=dict)
    signing: Signing | None = None


class Moved(_Model):
    """A field that the new side calls otherwise: `items[].sku`, `data.lines[].sku`."""

    old: Text
    new: Text


class Latency(_Model):
    """How much later the new side may be: so many times as late, and so much more."""

    times: Annotated[float, Field(ge=1)] = 1.5
    more_ms: Annotated[int, Field(ge=0)] = 500


class Terms(_Model):
    """All that is agreed on for a comparison."""

    old: Reading = Reading()
    new: Reading = Reading()
    map: tuple[Moved, ...] = ()
    headers: tuple[Text, ...] = ("content-type",)
    rules: tuple[Rule, ...] = ()
    latency: Latency = Latency()


def parse_terms(text: str) -> Terms:
    """Read terms from YAML or JSON.

    Raises:
        ConfigurationError: With every wrong field and why.
    """
    if len(text) > MOST_BYTES:
        raise ConfigurationError(f"terms of more than {MOST_BYTES:,} characters")
    try:
        fields = read_yaml(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"terms: {error}") from None
    if not isinstance(fields, dict | None):
        raise ConfigurationError("terms: expected names with values, as `old: {}`")
    try:
        return Terms.model_validate(fields or {})
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
    told = "\n".join(
        f"{'.'.join(map(str, e['loc'])) or '.'}: {_why(e['type'], e['msg'], e['loc'])}"
        for e in wrong
    )
    raise ConfigurationError(told)


def _why(kind: str, message: str, at: tuple[int | str, ...]) -> str:
    """What is wrong; of a name that is not known, which ones are."""
    if kind != "extra_forbidden":
        return message
    return f"there is no such key; {instead(Terms, at)}"
