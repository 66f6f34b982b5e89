"""A channel, ready to use: how it is read, verified, told apart and converted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bus.contracts.codec import Schema
from bus.intake.channels.answers import Answering
from bus.intake.channels.reconcile import Reconciling
from bus.intake.fetching.declared import Fetching
from bus.intake.mapping.compiling import Filled
from bus.intake.mapping.lines import Make
from bus.intake.parsing.csvtree import Dialect
from bus.intake.parsing.tree import Parsed
from bus.intake.verifying.verdict import Verifier
from bus.intake.webhooks.declared import Webhooks

IGNORED = "ignore"
OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that each source of the channel may set, `$source.zone`."""

    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Section:
    """What makes one type of event of an item.

    Attributes:
        name: Of the section in mapping.yaml.
        event_type, schema: What it makes.
        names: What `with` gives names to, in order.
        key: What stands for the order where there is none.
        make: The record of the event, without what intake fills itself.
        filled: Its lines.
    """

    name: str
    event_type: str
    schema: Schema
    names: tuple[tuple[str, Make], ...]
    key: Make | None
    make: Make
    filled: tuple[Filled, ...]


@dataclass(frozen=True, slots=True)
class SampleSettings:
    """With what the samples of a channel are read and verified.

    `keys` are those that would be fetched.
    """

    instance: str = "sample"
    url: str = "https://bus.example.com/in/sample"
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    observed_at: str = "2026-11-02T09:30:00Z"


@dataclass(frozen=True, slots=True)
class Channel:
    """A kind of sender.

    Attributes:
        name, title, about: What it is called, and what people should know of it.
        format: json, xml, x12, edifact or csv.
        version: The hash of its definition and mapping, in every event.
        parse: From bytes to items; raises `UnparsableError`.
        verifier: Who says whether a submission is from whom it should be.
        native_type: What the sender calls this kind of message.
        events: Names of sections by native type; `*` for all others.
        event_id: What makes a message the same as another; none: all of its bytes.
        deduplicate_s: For how long a message may come again.
        answering: How its senders are answered.
        order_key: What tells which order a submission is about, as far as that is
            cheap to know; None: nothing does.
        limit: Bytes that a submission may have.
        fetch: What its messages leave to be fetched; None: nothing.
        reconcile: Where its orders are listed; None: nowhere.
        numbered: Kinds of messages that bring orders numbered one by one.
        webhooks: Where its senders list their webhooks; None: nowhere.
        dialect: How its files of CSV are written; None: it has none.
        parse_as: The same as `parse`, by the settings of a source; None: they say
            nothing of it.
    """

    name: str
    title: str
    about: str
    format: str
    version: str
    parse: Callable[[bytes], Parsed]
    verifier: Verifier
    native_type: Make
    events: Mapping[str, tuple[str, ...]]
    event_id: tuple[Make, ...]
    deduplicate_s: int
    sections: Mapping[str, Section]
    settings: Mapping[str, Setting]
    tables: Mapping[str, Mapping[str, str]]
    samples: SampleSettings
    lines: tuple[Filled, ...]
    answering: Answering = field(default_factory=Answering)
    order_key: Make | None = None
    limit: int = 1 << 20
    fetch: Fetching | None = None
    numbered: frozenset[str] = frozenset()
    reconcile: Reconciling | None = None
    webhooks: Webhooks | None = None
    dialect: Dialect | None = None
    parse_as: Callable[[bytes, Mapping[str, str]], Parsed] | None = None

    def parsed(self, body: bytes, settings: Mapping[str, str]) -> Parsed:
        """The items of a submission of a source with these settings.

        Raises:
            UnparsableError: there are none, for the reason it says.
        """
        if self.parse_as is None:
            return self.parse(body)
        defaults = {name: one.default for name, one in self.settings.items()}
        return self.parse_as(body, {**defaults, **settings})

    def sections_of(self, native_type: str) -> tuple[str, ...] | None:
        """Which sections a native type goes through; None: nobody knows it."""
        found = self.events.get(native_type)
        return self.events.get(OTHERS) if found is None else found
