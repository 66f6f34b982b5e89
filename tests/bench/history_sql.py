"""Two weeks of the log, made by the database itself: ten times as fast as written.

An order has six events, an event goes to five subscriptions, a fiftieth of the attempts
fails and is followed by one that is accepted. Only its hashes come from here.
"""

from collections.abc import Iterator
from hashlib import md5

import psycopg

from bus.adapters.sql.packing import key_of
from bus.adapters.sql.tables import LATENCIES
from bus.log.rollup import BOUNDS, COUNTS
from tests.bench.history import DAY_US, NAMES, TYPES

_PER_EVENT, _PER_ORDER, _ACCOUNTS = 5, 6, 5_000
_EVENT = "decode(md5('event-' || n), 'hex') || '\\x00'::bytea"
_TRACE = (
    "'\\x00'::bytea || decode(md5(n::text), 'hex') || '\\x000102030405060701'::bytea"
)
_HASH = "(hashint8(n * 5 + k) & 2147483647)"


def event_id(number: int) -> str:
    """The id of an event that was made."""
    return md5(f"event-{number}".encode()).hexdigest()  # noqa: S324 - only odd


def order_id(number: int) -> str:
    """The order of an event that was made."""
    return f"ORD-2026-{number // _PER_ORDER:08}"


def fill(url: str, attempts: int, since_us: int, days: int) -> int:
    """Make so many attempts, evenly over days; return how many events that took.

    The names must be there. Indexes are made afterwards, as in a restored copy.
    """
    events = attempts // _PER_EVENT
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET work_mem = '256MB'")
        _hashes(connection, events)
        indexes = _without_indexes(connection)
        step = days * DAY_US / events
        for day in range(days):
            first, last = (events * one // days for one in (day, day + 1))
            for statement in _day(first, last, since_us, step):
                connection.execute(statement.encode())
        for index in indexes:
            connection.execute(index.encode())
        connection.execute("TRUNCATE hour, five_minutes, minute")
        for statement in _counts(since_us, since_us + days * DAY_US):
            connection.execute(statement.encode())
        for statement in _ledger(days):
            connection.execute(statement.encode())
        connection.execute("VACUUM (ANALYZE)")
    return events


def _hashes(connection: psycopg.Connection, events: int) -> None:
    """Put the hashes that only we can make, and names by number, beside."""
    connection.execute("CREATE TEMP TABLE orders (no int8, text text, key int8)")
    connection.execute("CREATE TEMP TABLE accounts (no int8, text text, key int8)")
    orders = ((n, order_id(n * _PER_ORDER)) for n in range(events // _PER_ORDER + 1))
    accounts = ((n, f"acc-{n}") for n in range(_ACCOUNTS))
    for table, rows in (("orders", orders), ("accounts", accounts)):
        copying = f"COPY {table} FROM STDIN".encode()
        with connection.cursor() as cursor, cursor.copy(copying) as copy:
            for n, text in rows:
                copy.write_row((n, text, key_of(text)))
        connection.execute(f"CREATE INDEX ON {table} (no)".encode())
        connection.execute(f"ANALYZE {table}".encode())
    for table, names in (("subs", NAMES), ("types", TYPES)):
        connection.execute(
            f"CREATE TEMP TABLE {table} AS SELECT t.n - 1 AS no, name.id "  # noqa: S608
            "FROM unnest(%s::text[]) WITH ORDINALITY AS t(one, n) "
            "JOIN name ON name.text = t.one".encode(),
            [names],
        )


def _without_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop the indexes of events and attempts; return how they are made."""
    found = connection.execute(
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid IN ('event'::regclass, 'attempt'::regclass)"
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}".encode())
    return [made.replace(" ON ONLY ", " ON ") for _, made in found]


def _day(first: int, last: int, since_us: int, step: float) -> Iterator[str]:
    at = f"({since_us} + n * {step}::float8)::int8"
    name = "(SELECT id FROM name WHERE text = '{0}')"
    yield (
        'INSERT INTO event (arrived_us, "offset", time_us, order_key, own_key, '  # noqa: S608
        "channel_key, account_key, topic, partition, event_type, event, own_id, "
        "source, order_id, channel, account, trace) "
        f"SELECT {at}, n / 6, {at}, o.key, 0, {key_of('web')}, a.key, "
        f"{name.format('oms.order')}, n % 6, t.id, {_EVENT}, '', '/oms/orders', "
        f"o.text, 'web', a.text, {_TRACE} "
        f"FROM generate_series({first}, {last - 1}) g(n) "
        f"JOIN orders o ON o.no = n / {_PER_ORDER} "
        f"JOIN accounts a ON a.no = n / {_PER_ORDER} % {_ACCOUNTS} "
        f"JOIN types t ON t.no = n % {len(TYPES)}"
    )
    yield (
        'INSERT INTO attempt (started_us, "offset", origin_offset, order_key, topic, '  # noqa: S608
        "partition, origin_topic, origin_partition, subscription, event_type, "
        "outcome, route, number, duration_us, replay, status, accepted, event, "
        "order_id, detail, trace) "
        f"SELECT {at} + k * 1000 + tries * 1000000, (n * 6 + k) / 6, n / 6, o.key, "
        f"{name.format('bus.attempts')}, n % 6, {name.format('oms.order')}, n % 6, "
        "s.id, t.id, "
        f"CASE WHEN ok THEN {name.format('accepted')} "
        f"ELSE {name.format('failed')} END, "
        f"CASE WHEN ok THEN {name.format('done')} ELSE {name.format('retry:1s')} END, "
        f"1 + tries, 5000 + {_HASH} % 90000, 0, CASE WHEN ok THEN 200 ELSE 503 END, "
        f"ok, {_EVENT}, o.text, CASE WHEN ok THEN '200' "
        f"ELSE '503 Service Unavailable' END, {_TRACE} "
        f"FROM generate_series({first}, {last - 1}) g(n) "
        f"JOIN orders o ON o.no = n / {_PER_ORDER} "
        f"JOIN types t ON t.no = n % {len(TYPES)} "
        f"CROSS JOIN generate_series(0, {_PER_EVENT - 1}) h(k) "
        f"JOIN subs s ON s.no = {_HASH} % {len(NAMES)} "
        f"CROSS JOIN LATERAL (SELECT 0 AS tries, {_HASH} % 50 <> 0 AS ok "
        f"UNION ALL SELECT 1, true WHERE {_HASH} % 50 = 0) tried"
    )


def _counts(since_us: int, until_us: int) -> Iterator[str]:
    """The roll-ups, of minutes for three days."""
    bounds = "ARRAY[" + ", ".join(str(bound + 1) for bound in BOUNDS) + "]"
    counts = ", ".join(
        f"nullif(count(*) FILTER (WHERE o.text = '{name}'), 0)" for name in COUNTS
    )
    latencies = ", ".join(
        f"nullif(count(*) FILTER (WHERE b = {n}), 0)" for n in range(len(LATENCIES))
    )
    for table, minutes, key, from_us in (
        ("hour", 60, "subscription", since_us),
        ("five_minutes", 5, "subscription", until_us - 3 * DAY_US),
        ("minute", 1, "subscription, event_type", until_us - 3 * DAY_US),
    ):
        us = minutes * 60_000_000
        yield (
            f"INSERT INTO {table} SELECT started_us / {us} * {minutes}, {key}, "  # noqa: S608
            f"{counts}, {latencies} FROM attempt JOIN name o ON o.id = outcome "
            f"CROSS JOIN LATERAL (SELECT width_bucket(duration_us, {bounds}) AS b) x "
            # A few that make the days are later: of a day that may not have come.
            f"WHERE started_us BETWEEN {from_us} AND {until_us} GROUP BY 1, {key}"
        )


_OUTCOMES = ", ".join(f"sum({name})" for name in (*COUNTS, *LATENCIES))
_LEDGER_DAYS = 90


def _ledger(days: int) -> Iterator[str]:
    """What objectives are asked of: the days there are, and their like before them."""
    columns = ", ".join(("start", "subscription", *COUNTS, *LATENCIES, "kept"))
    again = -(-_LEDGER_DAYS // days) - 1
    yield "TRUNCATE day, missed, trouble"
    yield (
        f"INSERT INTO day ({columns}) SELECT start / 1440 * 1440, subscription, "  # noqa: S608
        f"{_OUTCOMES}, sum(accepted) FROM hour GROUP BY 1, 2"
    )
    sooner = columns.replace("start", f"start - (n * {days + 1} * 1440)::int", 1)
    yield (
        f"INSERT INTO day ({columns}) SELECT {sooner} "  # noqa: S608
        f"FROM day CROSS JOIN generate_series(1, {again}) g(n)"
    )
    yield (
        "INSERT INTO missed (start, subscription, cause, late, dead) "
        "SELECT start, subscription, c, 1, 1 FROM day CROSS JOIN (VALUES (1), (2)) v(c)"
    )
    yield (
        "INSERT INTO trouble (start, subscription, cause, minutes, calls, deliveries) "
        "SELECT start, subscription, 1, 3, failed, failed FROM hour WHERE failed > 0"
    )
