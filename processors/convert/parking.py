"""What is parked of a part: what was sent, how far it came, why it went no further."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict, cast

from bus.intake.converting import Converted
from bus.intake.findings import Finding
from bus.intake.parked.item import (
    Found,
    Item,
    Stage,
    cut,
    found_by_conversion,
    item_id,
)
from bus.intake.parked.worth import ship_by_of, value_of
from bus.intake.sources import Source
from bus.intake.submission import Place
from processors.convert.reading import Read

_PARSED_BADLY = frozenset(
    {"unparsable", "too_large", "nothing_in_it", "control_mismatch"}
)
_TIER = "tier"


class _OfSource(TypedDict):
    source: str
    channel: str
    owner: str
    tier: str


def stage_of(part: Converted) -> Stage:
    """Where the conversion of a part went no further."""
    codes = {finding.code for finding in part.findings}
    if "unverified" in codes:
        return Stage.VERIFY
    return Stage.PARSE if codes & _PARSED_BADLY else Stage.MAP


def item_of(
    read: Read,
    part: Converted,
    stage: Stage,
    at: datetime,
    found: Sequence[Found] = (),
    attempt: int = 0,
) -> Item:
    """The parked item of a part; `found` is what rules say beside its findings."""
    place = read.raw.of if read.raw.submission.via == "replay" else None
    place = place or Place(read.record.topic, read.record.partition, read.record.offset)
    payload = part.made
    return Item(
        id=item_id(read.source.id, place, part.part, part.section),
        stage=stage,
        place=place,
        part=part.part,
        event_type=part.event_type,
        order_id=part.order_id,
        native_id=_text(payload, "order", "id"),
        number=_text(payload, "order", "number"),
        account=_text(payload, "account_id"),
        payload=payload,
        findings=(*map(found_by_conversion, part.findings), *found),
        value=value_of(payload),
        ship_by=ship_by_of(payload),
        at=at,
        attempt=attempt,
        test=(payload or {}).get("test") is True,
        **of_source(read.source),
    )


def unfetched(
    source: Source, place: Place, part: int, order_id: str, why: str, at: datetime
) -> Item:
    """The parked item of something that could not be fetched."""
    finding = Finding("not_fetched", why)
    return Item(
        id=item_id(source.id, place, part, "fetch"),
        stage=Stage.FETCH,
        place=place,
        part=part,
        order_id=order_id,
        findings=(found_by_conversion(finding),),
        at=at,
        **of_source(source),
    )


def of_source(source: Source) -> _OfSource:
    """What an item says of the source it came from."""
    return {
        "source": source.id,
        "channel": source.channel,
        "owner": source.owner,
        "tier": source.labels.get(_TIER, ""),
    }


def _text(payload: Mapping[str, object] | None, *path: str) -> str:
    value: object = payload
    for name in path:
        inner = cast("Mapping[str, object]", value)
        value = inner.get(name) if isinstance(value, Mapping) else None
    return cut(str(value)) if isinstance(value, str | int) else ""
