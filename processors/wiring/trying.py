"""What parked items would come to now: converted and judged as the programs do it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bus.client.channels import channel_names, channels_folder, read_channel
from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.contracts.natural import from_json
from bus.errors import InvalidEventError, InvalidMappingError, OrderbusError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.channels.loading import Loaded, load_channel
from bus.intake.converting import Converted, convert
from bus.intake.findings import Finding, Severity
from bus.intake.parked.item import Found, Item, found_by_conversion
from bus.intake.parked.records import plain_payload
from bus.intake.raw import read_raw
from bus.intake.rules.judging import Finding as RuleFinding
from bus.intake.rules.judging import judge
from bus.intake.rules.known import Context, account_of
from bus.intake.rules.modes import Mode
from bus.intake.rules.order import Order
from bus.ports import LogReader
from processors.parked.trying import Changes, Tried
from processors.rules.world import RulesWorld
from processors.sources.stored import restore
from processors.subscriptions.keys import Keys

Settings: TypeAlias = Callable[[str], Awaitable[Mapping[str, str]]]
"""What a source has set of its channel's settings, by its id."""
Judging: TypeAlias = Callable[
    [Item, str, Mapping[str, object], Sequence[Finding]], Awaitable[Sequence[Found]]
]
"""What the rules find in an event of this type, besides what the conversion has."""
OpenRules: TypeAlias = Callable[[], Awaitable[RulesWorld]]
"""The rules and lookup tables of now."""
_HOLDS = (Severity.PARK, Severity.REJECT)
_FILES = ("channel.yaml", "mapping.yaml")


class FolderTries:
    """Tries with the channels of a folder; made anew for each plan.

    `of_source` and `judging` are what the programs go by.
    """

    def __init__(
        self,
        reader: LogReader,
        catalogue: Catalogue,
        folder: Path,
        of_source: Settings,
        judging: Judging,
    ) -> None:
        self._reader = reader
        self._catalogue = catalogue
        self._folder = folder
        self._of_source = of_source
        self._settings: dict[str, Mapping[str, str]] = {}
        self._judging = judging
        self._channels: dict[tuple[str, Changes], Channel] = {}

    async def again(self, item: Item, changes: Changes) -> Tried:
        """What its submission comes to; raises as the port does."""
        if item.place is None:
            return Tried(passes=False, why="nobody knows where the submission stands")
        place = item.place
        record = await self._reader.at(place.topic, place.partition, place.offset)
        if record is None:
            return Tried(passes=False, why="Kafka has deleted the submission")
        channel = await self._channel(item.channel, changes)
        settings = await self._settings_of(item.source)
        submission = replace(read_raw(record).submission, settings=settings)
        parts = [one for one in convert(channel, submission) if one.part == item.part]
        return await self._said(item, _meant(parts, item))

    async def edited(
        self, item: Item, event_type: str, payload: Mapping[str, object]
    ) -> Tried:
        """What an edited payload comes to; raises as the port does."""
        if event_type not in self._catalogue.event_types:
            known = among(event_type, self._catalogue.event_types)
            raise InvalidEventError("type", f"no event type {event_type!r}; {known}")
        data = from_json(self._catalogue.schema(event_type), dict(payload))
        judged = await self._judging(item, event_type, data, ())
        return _judged(event_type, plain_payload(data), judged)

    async def _settings_of(self, source: str) -> Mapping[str, str]:
        if source not in self._settings:
            self._settings[source] = await self._of_source(source)
        return self._settings[source]

    async def _said(self, item: Item, one: Converted | None) -> Tried:
        if one is None:
            return Tried(passes=False, why="this part of the submission is not there")
        found = tuple(map(found_by_conversion, one.findings))
        if one.event is None:
            why = _why(found) or "no event is made of it"
            return Tried(passes=False, findings=found, why=why)
        event = one.event
        judged = await self._judging(item, event.type, event.data, one.findings)
        return _judged(event.type, plain_payload(event.data), (*found, *judged))

    async def _channel(self, name: str, changes: Changes) -> Channel:
        """The channel as it is, or with what is changed.

        Raises:
            InvalidMappingError: it is none; file, line and what is wrong.
        """
        known = channel_names(self._folder)
        if name not in known:
            why = (
                f"there is no channel {name!r} in {self._folder}; {among(name, known)}"
            )
            raise InvalidMappingError(why)
        key = (name, changes)
        if key not in self._channels:
            # Long texts take seconds; others are not to wait for it.
            loaded = await asyncio.to_thread(self._loaded, name, changes)
            if loaded.channel is None:
                raise InvalidMappingError("\n".join(map(str, loaded.problems[:20])))
            self._channels[key] = loaded.channel
        return self._channels[key]

    def _loaded(self, name: str, changes: Changes) -> Loaded:
        if changes:
            return load_channel(name, self._texts(name, changes), self._catalogue)
        return read_channel(self._folder / name, self._catalogue)

    def _texts(self, name: str, changes: Changes) -> Mapping[str, str]:
        given = dict(zip(_FILES, (changes.definition, changes.mapping), strict=True))
        texts: dict[str, str] = {}
        for file, text in given.items():
            path = self._folder / name / file
            if text or path.is_file():
                texts[file] = text or path.read_text("utf-8")
        return texts


def _meant(parts: Sequence[Converted], item: Item) -> Converted | None:
    """Of several events of one part the one of the item's type."""
    same = [one for one in parts if one.event and one.event.type == item.event_type]
    return next(iter((*same, *parts)), None)


def _judged(
    event_type: str, data: Mapping[str, object], found: Sequence[Found]
) -> Tried:
    why = _why(found)
    return Tried(
        passes=not why,
        findings=tuple(found),
        event_type=event_type,
        payload=data,
        why=why,
    )


def _why(found: Sequence[Found]) -> str:
    """The first that holds it; empty: none does."""
    holds = (one for one in found if one.severity in _HOLDS and not one.observed)
    return next((f"{one.name}: {one.text}" for one in holds), "")


def folder_tries(
    reader: LogReader, schemas: Path, sources: str, rules: OpenRules
) -> Callable[[], FolderTries]:
    """What makes them, for each plan anew: files may have changed.

    `sources` is the topic that sources are kept in.
    """

    async def settings_of(source: str) -> Mapping[str, str]:
        """As the newest record has them; its secrets stay sealed."""
        key, last = source.encode(), None
        async for batch in reader.read(sources, key=key):
            last = batch[-1] if batch else last
        if last is None or last.value is None:
            return {}
        try:
            return restore(key, last.value, Keys(())).settings
        except OrderbusError:
            return {}

    folder, judging = channels_folder(schemas), partial(judged_by, rules)
    return lambda: FolderTries(
        reader, load_catalogue(schemas), folder, settings_of, judging
    )


async def judged_by(
    rules: OpenRules,
    item: Item,
    event_type: str,
    data: Mapping[str, object],
    noticed: Sequence[Finding],
) -> Sequence[Found]:
    """What the rules of now find; nothing is remembered of it."""
    world = await rules()
    account = account_of(data, item.account)
    about = Context(
        event_type=event_type,
        channel=item.channel,
        source=item.source,
        account=account,
        observed_at=item.at,
        test=item.test,
        known=world.memory(),
        noticed=noticed,
    )
    effective = world.table.book.effective(item.channel, item.source, account)
    return [_by_rule(one) for one in judge(Order(data), about, effective).findings]


def _by_rule(one: RuleFinding) -> Found:
    return Found(
        code=one.code,
        rule=one.rule,
        severity=one.severity,
        observed=one.mode is not Mode.ENFORCE,
        text=one.text,
        path=one.path,
        value=one.value,
        need="" if one.need is None else str(one.need),
    )
