"""The topics of the bus: what they are called, how they are laid out.

Built from the declaration in `topics.yaml`; see `bus.topics.declaration` for its words.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from bus.delivery.choices import Ordering
from bus.delivery.subscription import Subscription
from bus.errors import ConfigurationError, InvalidSubscriptionError
from bus.topics.declaration import Declaration, Layout, parse_declaration
from bus.topics.risks import risks
from bus.topics.topic import TopicState

_MIN_ISR = "min.insync.replicas"
_DAY_S = 86_400.0
# A held delivery is dead-lettered this long before its topic would expire it.
_MARGIN_S = 3600.0


class Topology:
    """Names and layouts of all topics. Delays and retentions are seconds."""

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        bus = declaration.bus
        self.sources: tuple[str, ...] = tuple(declaration.sources)
        self.subscriptions = bus["subscriptions"].name
        self.intake_sources = bus["sources"].name
        self.rules = bus["rules"].name
        self.lookups = bus["lookups"].name
        self.migrations = bus["migrations"].name
        self.keys = bus["keys"].name
        self.audit = bus["audit"].name
        self.quarantine = bus["quarantine"].name
        self.attempts = bus["attempts"].name
        self.acks = bus["acks"].name
        self.schemas = bus["schemas"].name
        self.processes = bus["processes"].name
        self.alerts = bus["alerts"].name
        self.parked = bus["parked"].name
        self.seen = bus["seen"].name
        self.collected = bus["collected"].name
        self.requests = bus["requests"].name
        self.tallies = bus["tallies"].name
        self.tiers: Mapping[str, float] = declaration.tiers
        self._retry = _pattern(declaration.subscription["retry"].name)
        self._dlq = _pattern(declaration.subscription["dlq"].name)
        self._ordered = _pattern(declaration.subscription["ordered"].name)
        self._raw = _pattern(declaration.source["raw"].name)
        self._fetch = _pattern(declaration.source["retry"].name)

    @classmethod
    def parse(cls, text: str, *, replication: int | None = None) -> "Topology":
        """Read the text of `topics.yaml`; `replication` overrides all of its own.

        Raises:
            ConfigurationError: with line, field and what was expected.
        """
        declaration = parse_declaration(text)
        topology = cls(_replicated(declaration, replication))
        topology.refuse_clashes()
        return topology

    # --- names

    def retry_topic(self, subscription: str, tier: str) -> str:
        """Name of a subscription's topic of one tier."""
        return self._name("retry", subscription, tier)

    def dlq_topic(self, subscription: str) -> str:
        """Name of a subscription's dead-letter topic."""
        return self._name("dlq", subscription)

    def ordered_topic(self, subscription: str) -> str:
        """Name of the topic of a subscription with `ordering: key`."""
        return self._name("ordered", subscription)

    def raw_topic(self, source: str) -> str:
        """Name of the topic that keeps what a source of intake sends."""
        return self._named_of("raw", source)

    def fetch_topic(self, source: str, tier: str) -> str:
        """Name of the topic where what is to be fetched waits for its next try."""
        return self._named_of("retry", source, tier)

    def fetch_dlq_topic(self, source: str) -> str:
        """Name of the topic of what could not be fetched."""
        return self._named_of("dlq", source)

    def tier_topics(self, subscription: Subscription) -> Mapping[str, str]:
        """Topic by tier, of the tiers that a subscription's deliveries may be in."""
        return {
            tier: self.retry_topic(subscription.id, tier)
            for tier in subscription.tiers
            if tier in self.tiers
        }

    def parse_retry_topic(self, topic: str) -> tuple[str, str] | None:
        """Whose retry topic and which tier's this is; None if it is none."""
        found = self._retry.fullmatch(topic)
        if not found or found["tier"] not in self.tiers:
            return None
        return found["subscription"], found["tier"]

    def parse_dlq_topic(self, topic: str) -> str | None:
        """Whose dead-letter topic this is; None if it is none."""
        found = self._dlq.fullmatch(topic)
        return found["subscription"] if found else None

    def parse_ordered_topic(self, topic: str) -> str | None:
        """Whose ordered topic this is; None if it is none."""
        found = self._ordered.fullmatch(topic)
        return found["subscription"] if found else None

    def parse_raw_topic(self, topic: str) -> str | None:
        """Whose raw topic this is; None if it is none."""
        found = self._raw.fullmatch(topic)
        return found["source"] if found else None

    def parse_fetch_topic(self, topic: str) -> tuple[str, str] | None:
        """For which source and tier what stands here waits; None if it is none."""
        found = self._fetch.fullmatch(topic)
        if not found or found["tier"] not in self.tiers:
            return None
        return found["source"], found["tier"]

    def owner(self, topic: str) -> str | None:
        """Whose topic this is; None if it belongs to no subscription."""
        patterns = (self._retry, self._dlq, self._ordered)
        for found in (pattern.fullmatch(topic) for pattern in patterns):
            if found:
                return str(found["subscription"])
        return None

    def owns(self, topic: str) -> bool:
        """Whether a topic may be removed once nothing declares it."""
        return topic.startswith(self._declaration.owned_prefixes)

    # --- layouts

    def risks(self) -> list[str]:
        """What this layout puts at risk, one sentence each, for people to read."""
        return list(risks(self._declaration))

    def fixed(self) -> list[TopicState]:
        """The topics that are there without any subscription."""
        declared = self._declaration
        layouts = [*declared.sources.values(), *declared.bus.values()]
        return [_state(layout.name, layout) for layout in layouts]

    def topics_of(self, subscription: Subscription) -> list[TopicState]:
        """The topics that a subscription has."""
        layouts = self._declaration.subscription
        topics = [
            _state(name, layouts["retry"])
            for name in self.tier_topics(subscription).values()
        ]
        topics.append(_state(self.dlq_topic(subscription.id), layouts["dlq"]))
        if subscription.ordering is Ordering.KEY:
            name = self.ordered_topic(subscription.id)
            topics.append(_state(name, layouts["ordered"]))
        return topics

    @property
    def partitions_of_source(self) -> int:
        """How many partitions a source's topic is made with."""
        return self._declaration.source["raw"].partitions

    def topics_of_source(self, source: str, *, fetches: bool) -> list[TopicState]:
        """The topics that a source of intake has; more if it leaves some to fetch."""
        layouts = self._declaration.source
        topics = [_state(self.raw_topic(source), layouts["raw"])]
        if fetches:
            topics += [
                _state(self.fetch_topic(source, tier), layouts["retry"])
                for tier in self.tiers
            ]
            topics.append(_state(self.fetch_dlq_topic(source), layouts["dlq"]))
        return topics

    @cached_property
    def retry_retention_s(self) -> float:
        """How long a record stays in the topics a delivery waits in."""
        layouts = self._declaration.subscription
        return min(_retention_s(layouts[role]) for role in ("retry", "ordered"))

    def check_subscription(self, subscription: Subscription) -> None:
        """Refuse a subscription that these topics cannot serve.

        Raises:
            InvalidSubscriptionError: an unknown tier, or a `max_age_s` that would
                let the retry topics expire a delivery before it is dead-lettered.
        """
        for index, tier in enumerate(subscription.retry):
            if tier not in self.tiers:
                declared = ", ".join(self.tiers)
                why = f"{tier!r} is no declared tier; there are: {declared}"
                raise InvalidSubscriptionError(f"retry.{index}", why)
        limit_s = self.retry_retention_s - max(self.tiers.values()) - _MARGIN_S
        if subscription.max_age_s > limit_s:
            why = f"expected at most {limit_s:.0f} s, as retry topics keep records"
            kept = f"{self.retry_retention_s / _DAY_S:g} days"
            raise InvalidSubscriptionError("max_age_s", f"{why} {kept}")

    def refuse_clashes(self) -> None:
        """Refuse names that two topics would share, and a hopeless retention.

        Raises:
            ConfigurationError: saying which.
        """
        names = [topic.name for topic in self.fixed()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigurationError(f"topics.yaml: {twice[0]} is declared twice")
        if self.retry_retention_s <= max(self.tiers.values()) + _MARGIN_S:
            raise ConfigurationError(
                "topics.yaml: subscription.topics.retry: retention.ms: expected the "
                "longest tier and an hour more, at least"
            )

    def _named_of(self, role: str, source: str, tier: str = "") -> str:
        name = self._declaration.source[role].name
        return name.replace("{source}", source).replace("{tier}", tier)

    def _name(self, role: str, subscription: str, tier: str = "") -> str:
        name = self._declaration.subscription[role].name
        return name.replace("{subscription}", subscription).replace("{tier}", tier)


def _pattern(name: str) -> re.Pattern[str]:
    pattern = re.escape(name)
    pattern = pattern.replace(r"\{subscription\}", "(?P<subscription>[a-z0-9-]+)")
    pattern = pattern.replace(r"\{source\}", "(?P<source>[a-z0-9-]+)")
    return re.compile(pattern.replace(r"\{tier\}", "(?P<tier>[a-z0-9]+)"))


def _state(name: str, layout: Layout) -> TopicState:
    return TopicState(name, layout.partitions, layout.replication, layout.config)


def _retention_s(layout: Layout) -> float:
    retention = int(layout.config.get("retention.ms", 7 * _DAY_S * 1000))
    return retention / 1000 if retention >= 0 else float("inf")


def _replicated(declaration: Declaration, replication: int | None) -> Declaration:
    def some(layouts: Mapping[str, Layout]) -> dict[str, Layout]:
        return {name: _safe(layout, replication) for name, layout in layouts.items()}

    return replace(
        declaration,
        sources=some(declaration.sources),
        bus=some(declaration.bus),
        subscription=some(declaration.subscription),
        source=some(declaration.source),
    )


def _safe(layout: Layout, replication: int | None) -> Layout:
    """Keep writing possible with one replica away: in-sync below all."""
    copies = replication or layout.replication
    wanted = int(layout.config.get(_MIN_ISR, 1))
    config = {**layout.config, _MIN_ISR: str(max(1, min(wanted, copies - 1)))}
    return replace(layout, replication=copies, config=config)
