"""Questions as what their lists are asked: which rows by an index, which one by one."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from bus.adapters.sql.names import Names
from bus.adapters.sql.packing import key_of, packed_id
from bus.adapters.sql.paging import Asked, Clauses, each_of
from bus.adapters.sql.tables import ATTEMPT, AUDIT, EVENT, QUARANTINE
from bus.log.cleaning import storable, storable_id
from bus.log.deliveries import STATES
from bus.log.questions import (
    MOST,
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    QuarantineQuestion,
    Scope,
)

_PROBES = 2_000
"""How many events a page asks attempts of, at most."""

# An attempt begins after its event arrived, but for clocks that go wrong by an hour.
SKEW_US = 3_600_000_000
_ACCEPTED = "accepted"
_CLASS = 100


class Asking:
    """Turns questions into what is asked of listings."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def events(self, connection: Connection, asked: EventQuestion) -> Asked:
        """Of events; what was attempted is looked at event by event."""
        c = EVENT.c
        where = list(_time(c.arrived_us, asked.since_us, asked.until_us))
        if asked.order_id is not None:
            where += _of_order(EVENT, asked.order_id)
        if asked.types:
            where.append(c.event_type.in_(self._types(connection, asked.types)))
        if asked.channel is not None:
            where += _hashed(EVENT, "channel", asked.channel)
        if asked.account is not None:
            where += _hashed(EVENT, "account", asked.account)
        if (tried := asked.attempted) is None:
            return Asked(asked, where)
        return self._attempted(connection, asked, tried, where)

    def _attempted(
        self,
        connection: Connection,
        asked: EventQuestion,
        tried: AttemptQuestion,
        where: list[ColumnElement[bool]],
    ) -> Asked:
        """Of events that have an attempt that fits."""
        fitting = [*self._accepted(tried), *self._among(connection, tried)(ATTEMPT)]
        allowed = self._each(connection, tried.subscriptions, tried.scope)
        if allowed is not None:
            newest = newest_start(connection, allowed)
            if newest is None:
                return Asked(asked, [false()])
            where.append(EVENT.c.arrived_us <= newest + SKEW_US)
            # No day after the newest attempt is looked into.
            fitting.append(ATTEMPT.c.started_us <= newest)

        def among(events: FromClause) -> Clauses:
            return [attempted(events, allowed, *fitting)]

        return Asked(asked, where, among=among, walk=_PROBES)

    def attempts(self, connection: Connection, asked: AttemptQuestion) -> Asked:
        """Of attempts: by order, else by subscription, else by time alone."""
        c = ATTEMPT.c
        where = list(_time(c.started_us, asked.since_us, asked.until_us))
        where += self._accepted(asked)
        each = self._each(connection, asked.subscriptions, asked.scope)
        if asked.order_id is not None:
            where += _of_order(ATTEMPT, asked.order_id)
        if asked.event_id is not None:
            event_id = storable_id(asked.event_id)
            where.append(c.event == packed_id(event_id))
            if not asked.order_id:
                where += _of_event(connection, event_id)
        if each is not None and (asked.order_id or asked.event_id):
            where.append(c.subscription.in_(each))
            each = None
        return Asked(asked, where, each, among=self._among(connection, asked))

    def _accepted(self, asked: AttemptQuestion) -> Iterator[ColumnElement[bool]]:
        """Accepted attempts are kept apart from the others."""
        if asked.outcomes and _ACCEPTED not in asked.outcomes:
            yield ATTEMPT.c.accepted == false()
        elif asked.outcomes == {_ACCEPTED}:
            yield ATTEMPT.c.accepted == true()

    def _among(self, connection: Connection, asked: AttemptQuestion) -> "_Among":
        outcomes: Collection[int] = ()
        if asked.outcomes and asked.outcomes != {_ACCEPTED}:
            found = self._names.numbers(connection, asked.outcomes)
            outcomes = sorted(found.values()) or [-1]
        types: Collection[int] = ()
        if asked.types:
            types = self._types(connection, asked.types) or [-1]
        return _Among(outcomes, asked.status_classes, types)

    def deliveries(self, connection: Connection, asked: DeliveryQuestion) -> Asked:
        """Of open deliveries."""
        states = [
            number for number, state in enumerate(STATES) if state in asked.states
        ]
        each = self._each(connection, asked.subscriptions, asked.scope)
        if not asked.states:
            return Asked(asked, each=each)
        return Asked(asked, each=each, among=lambda d: [d.c.state.in_(states)])

    def audit(self, asked: AuditQuestion) -> Asked:
        """Of changes."""
        where = list(_time(AUDIT.c.arrived_us, asked.since_us, asked.until_us))
        if asked.entity_id is not None:
            where += _hashed(AUDIT, "entity", asked.entity_id, "entity_id")
        wanted = {
            "entity": asked.entity,
            "actor": asked.actor,
            "tenant": asked.tenant,
        }
        return Asked(asked, where, among=_Equal(wanted))

    def quarantine(self, connection: Connection, asked: QuarantineQuestion) -> Asked:
        """Of quarantined records."""
        where = list(_time(QUARANTINE.c.arrived_us, asked.since_us, asked.until_us))
        if asked.topic is None:
            return Asked(asked, where)
        topic = self._names.number(connection, asked.topic)
        return Asked(asked, where, among=lambda q: [q.c.origin_topic == (topic or -1)])

    def _each(
        self, connection: Connection, subscriptions: frozenset[str], scope: Scope
    ) -> Collection[int] | None:
        """The subscriptions that may be asked of; None for all."""
        if not subscriptions:
            return None if scope is None else self._numbers(connection, scope)
        mine = subscriptions if scope is None else subscriptions & scope
        return self._numbers(connection, mine)

    def _numbers(self, connection: Connection, names: Collection[str]) -> Sequence[int]:
        return sorted(self._names.numbers(connection, names).values())

    def _types(self, connection: Connection, types: Collection[str]) -> Collection[int]:
        whole = [one for one in types if not one.endswith(".*")]
        found = set(self._numbers(connection, whole))
        for family in set(types) - set(whole):
            found |= set(self._names.under(connection, storable(family[:-1])))
        return sorted(found)


class _Among:
    """Outcomes, classes of statuses and types, which no index knows."""

    def __init__(
        self,
        outcomes: Collection[int],
        classes: Collection[int],
        types: Collection[int],
    ) -> None:
        self._outcomes = outcomes
        self._classes = classes
        self._types = types

    def __call__(self, of: FromClause) -> Clauses:
        clauses: list[ColumnElement[bool]] = []
        if self._outcomes:
            clauses.append(of.c.outcome.in_(self._outcomes))
        if self._types:
            clauses.append(of.c.event_type.in_(self._types))
        if self._classes:
            spans = [
                and_(of.c.status >= one * _CLASS, of.c.status < (one + 1) * _CLASS)
                for one in sorted(self._classes)
            ]
            clauses.append(or_(*spans))
        return clauses


class _Equal:
    """Columns that have to have a value, those that are asked for."""

    def __init__(self, wanted: dict[str, str | None]) -> None:
        self._wanted = wanted

    def __call__(self, of: FromClause) -> Clauses:
        return [
            of.c[name] == storable(value)
            for name, value in self._wanted.items()
            if value is not None
        ]


def _time(
    column: ColumnElement[int], since_us: int | None, until_us: int | None
) -> Iterator[ColumnElement[bool]]:
    if since_us is not None:
        yield column >= _bounded(since_us)
    if until_us is not None:
        yield column < _bounded(until_us)


def _bounded(us: int) -> int:
    return min(max(us, -(2**63)), 2**63 - 1)


def _of_order(table: FromClause, order_id: str) -> Clauses:
    """Rows of an order; those without one are only found by time."""
    kept = storable(order_id)
    same = table.c.order_id == kept
    return [table.c.order_key == key_of(kept), same] if kept else [same]


def _hashed(table: FromClause, key: str, value: str, name: str = "") -> Clauses:
    kept = storable(value)
    return [table.c[f"{key}_key"] == key_of(kept), table.c[name or key] == kept]


def _of_event(connection: Connection, event_id: str) -> Clauses:
    """How the attempts of an event are found: by its order, none before it arrived."""
    columns = EVENT.c.order_key, EVENT.c.arrived_us
    query = select(*columns).where(EVENT.c.event == packed_id(event_id)).limit(MOST)
    found = list(connection.execute(query))
    if not found:
        return [ATTEMPT.c.order_key == key_of(event_id)]
    orders = sorted({order_key for order_key, _ in found})
    arrived_us = min(arrived_us for _, arrived_us in found)
    started = ATTEMPT.c.started_us >= _bounded(arrived_us - SKEW_US)
    return [ATTEMPT.c.order_key.in_(orders), started]


def attempted(
    event: FromClause,
    subscriptions: Collection[int] | None,
    *more: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Whether one of these (None: anybody) has an attempt of an event."""
    if subscriptions is not None:
        # Of an event there are a few attempts, of a subscription all that there are:
        # a sum is no column of an index, so that nobody begins with the latter.
        more = ((ATTEMPT.c.subscription + 0).in_(subscriptions), *more)
    # With an OFFSET PostgreSQL asks event by event, in order, until there are enough;
    # without one it may take all attempts of the subscriptions first.
    return exists(
        select(literal(1))
        .where(
            ATTEMPT.c.order_key == event.c.order_key,
            ATTEMPT.c.event == event.c.event,
            ATTEMPT.c.started_us >= event.c.arrived_us - SKEW_US,
            *more,
        )
        .correlate(event)
        .offset(0)
    )


def newest_start(connection: Connection, subscriptions: Collection[int]) -> int | None:
    """When the newest attempt of any of these began."""
    if not subscriptions:
        return None
    started = ATTEMPT.c.started_us
    query = select(func.max(started)).where(ATTEMPT.c.subscription.in_(subscriptions))
    if connection.dialect.name == "postgresql":
        ids = each_of(subscriptions)
        of_one = select(started).where(ATTEMPT.c.subscription == ids.c.id)
        newest = of_one.order_by(started.desc()).limit(1).lateral("newest")
        query = select(func.max(newest.c.started_us)).select_from(
            ids.join(newest, true())
        )
    found: int | None = connection.execute(query).scalar_one()
    return found
