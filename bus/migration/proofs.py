"""A report that is attached: what gates ask of it, computed from what it lists."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
)

from bus.delivery.headers import printable
from bus.errors import ConfigurationError
from bus.migration.ledger import Counts, Differing, Proof, told
from bus.migration.report import FORMAT, hash_of

_MOST_TYPES: Final = 1_000
_MOST_GROUPS: Final = 100_000
_SHOWN: Final = 20
Text: TypeAlias = Annotated[str, Strict(), AfterValidator(lambda x: printable(x[:300]))]
Count: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=10**12)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class _Type(_Model):
    type: Text
    pairs: Count
    different: Count
    unpaired: Count

    @property
    def counts(self) -> Counts:
        """As the ledger keeps it."""
        return Counts(
            pairs=self.pairs, different=self.different, unpaired=self.unpaired
        )


class _Group(_Model):
    type: Text
    kind: Text
    class_: Annotated[Text, Field(alias="class")]
    at: Text
    count: Count

    @property
    def kept(self) -> Differing:
        """As the ledger keeps it."""
        return Differing(
            type=self.type,
            kind=self.kind,
            outcome=self.class_,
            at=self.at,
            count=self.count,
        )


class _Paired(_Model):
    first: AwareDatetime | None
    last: AwareDatetime | None


class _Report(_Model):
    format: Literal[FORMAT]  # type: ignore[valid-type]
    made_at: AwareDatetime
    verdict: Text
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    paired: _Paired
    types: Annotated[tuple[_Type, ...], Field(max_length=_MOST_TYPES)]
    differences: Annotated[tuple[_Group, ...], Field(max_length=_MOST_GROUPS)]
    unread: Count

    @property
    def clean(self) -> bool:
        """As `Comparison.clean`: by what is listed, not by what is said of it."""
        alike = not any(one.different or one.unpaired for one in self.types)
        some = any(one.pairs for one in self.types)
        return some and alike and not self.differences and not self.unread


def proof_of(report: Mapping[str, object], now_ms: int, by: str) -> Proof:
    """What gates ask of a report; its age is that of the comparison.

    Raises:
        ConfigurationError: It is none, is another than the one that was made, or says
            what cannot be.
    """
    try:
        found = _Report.model_validate(report)
    except ValidationError as error:
        raise ConfigurationError(f"no report of a comparison: {told(error)}") from None
    if found.hash != hash_of(report):
        raise ConfigurationError(
            "hash: it is not that of this report, which was changed after it was made"
        )
    first, last = found.paired.first, found.paired.last
    if first and last and last < first:
        raise ConfigurationError(f"paired: the last, {last}, is before the first")
    return Proof(
        at_ms=min(_ms(found.made_at), now_ms),  # clocks differ
        hash=found.hash,
        verdict=found.verdict,
        clean=found.clean,
        first_ms=first and _ms(first),
        last_ms=last and _ms(last),
        types={one.type: one.counts for one in found.types},
        differences=tuple(one.kept for one in found.differences[:_SHOWN]),
        by=by,
    )


def _ms(moment: AwareDatetime) -> int:
    return round(moment.timestamp() * 1000)
