"""Converters: exact, and what cannot be read is a finding at its field."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bus.intake.converters import TABLE
from tests.support.channels import channel, codes, data_of


def made(line: str, value: str) -> object:
    """What a line makes of a JSON value by the name of `v`."""
    target = line.partition(":")[0]
    data = data_of(channel(line), f'{{"id": 1, "v": {value}}}'.encode())
    found: object = data
    for name in target.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


@pytest.mark.parametrize(
    ("line", "value", "expected"),
    [
        ("note: v", "17", "17"),
        ("note: v", "1.10", "1.10"),
        ("note: v", "true", "true"),
        ("note: v", '"  x "', "x"),
        ("note: v", '""', None),
        ("note: v", "null", None),
        ("note: v // =y", '""', "y"),
        ("note: w // v", '"z"', "z"),
        ("note: v | id", "12345678901234567890123", "12345678901234567890123"),
        ("note: v | upper", '"ß"', "SS"),
        ("note: v | lower", '"ABC"', "abc"),
        ("note: v | prefix(=a)", '"b"', "ab"),
        ("note: v | suffix('. ')", '"b"', "b. "),
        ("note: v | part(=-, =2)", '"a-b"', "b"),
        ("note: v | part(=-, =3)", '"a-b"', None),
        ("note: v | cut(=2, =3)", '"abcd"', "bc"),
        ("note: v | lookup(colours)", '"R"', "red"),
        ("note: v | choose(=gross, =net)", "true", "gross"),
        ("note: v | choose(=gross, =net)", '"no"', "net"),
        ("note: v | phone", '"0049 (170) 555-01"', "+4917055501"),
        ("note: v | phone", '"170 555"', "170 555"),
        ("note: v[] | join(', ')", '["a", null, "b"]', "a, b"),
        ("note: v[x=2].y", '[{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]', "b"),
        ("note: v[x!=2].y", '[{"x": 2, "y": "a"}, {"y": "b"}]', "b"),
        ("note: v[-1]", '["a", "b"]', "b"),
        ("note: v[7]", '["a"]', None),
        ("note: v.x", '"text"', None),
        ("note: <<length(v)>>", '["a", "b"]', "2"),
        ("note: <<v[?x == `1`].y | [0]>>", '[{"x": 1, "y": "q"}]', "q"),
        ("note: v[] | last", '["a", "b"]', "b"),
        ("note: v | present", "null", "false"),
        ("test: v", '"YES"', True),
        ("test: v | is(=T, =X)", '"X"', True),
        ("currency: v | currency", '"eur"', "EUR"),
        ("tags: v | split", '"a, b,,c"', ["a", "b", "c"]),
        ("tags: v | list", '"a"', ["a"]),
        ("attributes: v | map", '{"a": 1, "b": {"c": 1}, "d": null}', {"a": "1"}),
        ("attributes: v | pairs(=k, =x)", '[{"k": "a", "x": 2}, {"x": 1}]', {"a": "2"}),
        ("exchange_rate: v", "0.123456789", Decimal("0.123456789")),
        ("exchange_rate: v | percent", '"19 %"', Decimal("0.19")),
        ("exchange_rate: v | decimal(',')", '"1.234,5"', Decimal("1234.5")),
        ("exchange_rate: v | decimal(=any)", '"1,5"', Decimal("1.5")),
        ("exchange_rate: v", '"1,234.5"', Decimal("1234.5")),
        ("exchange_rate: v", '"-.5"', Decimal("-0.5")),
        ("exchange_rate: v", '"5-"', Decimal(-5)),
        ("exchange_rate: v", "1e3", Decimal(1000)),
        ("exchange_rate: v[] | total", "[0.1, 0.2]", Decimal("0.3")),
        ("exchange_rate: v | decimal | per(=4)", "1", Decimal("0.25")),
        ("exchange_rate: v | decimal | minus(=0.9)", "1", Decimal("0.1")),
        ("exchange_rate: v | decimal | plus(w)", "1", Decimal(1)),
        ("exchange_rate: v | negate", "1", Decimal(-1)),
        ("exchange_rate: v | absolute", "-1", Decimal(1)),
        ("exchange_rate: v | times(=3) | decimal", "0.1", Decimal("0.3")),
        ("placed_at: v | epoch", "1", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (
            "placed_at: v | epoch_ms",
            "1500",
            datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC),
        ),
        (
            "placed_at: v | time",
            '"Mon, 02 Nov 2026 10:00:00 +0100"',
            datetime(2026, 11, 2, 9, tzinfo=UTC),
        ),
        (
            "placed_at: v | time(=America/New_York)",
            '"2026-07-01 08:00"',
            datetime(2026, 7, 1, 12, tzinfo=UTC),
        ),
        (
            "placed_at: v | compact(=+02:00)",
            '"202607010800"',
            datetime(2026, 7, 1, 6, tzinfo=UTC),
        ),
        (
            "placed_at: v | pattern('%d.%m.%Y')",
            '"01.07.2026"',
            datetime(2026, 7, 1, tzinfo=UTC),
        ),
        (
            "placed_at: v | time | later(=1, =2)",
            '"2026-07-01T00:00Z"',
            datetime(2026, 7, 2, 2, tzinfo=UTC),
        ),
        ("zone_assumed: v | assumed_zone(=UTC)", '"2026-07-01"', "UTC"),
        ("zone_assumed: v | assumed_zone(=UTC)", '"2026-07-01T00:00:00Z"', None),
    ],
)
def test_a_value_becomes(line: str, value: str, expected: object) -> None:
    """Each converter, once or twice."""
    assert made(line, value) == expected


def test_a_day_is_read() -> None:
    """As it is written, without a zone's doing."""
    which = channel("payments:\n  - {kind: =invoice, due: v | day}")
    for text in ("2026-01-31", "20260131", "2026-01-31T23:59:59-11:00"):
        data = data_of(which, f'{{"id": 1, "v": "{text}"}}'.encode())
        assert data["payments"][0]["due"] == date(2026, 1, 31)  # type: ignore[index]


@pytest.mark.parametrize(
    ("line", "value", "code"),
    [
        ("exchange_rate: v", '"1,5"', "unreadable"),
        ("exchange_rate: v", '"1.2.3"', "unreadable"),
        ("exchange_rate: v | decimal(=any)", '"1.234,5"', "unreadable"),
        ("exchange_rate: v | decimal | per(=0)", "1", "unreadable"),
        ("exchange_rate: v", "12345678901234567890", "unreadable"),
        ("exchange_rate: v", '{"a": 1}', "unreadable"),
        ("exchange_rate: v | decimal | per(=3)", "1", "rounded"),
        ("totals.tax: v | money(=EUR)", "0.12345678", "rounded"),
        ("totals.tax: v | money(=EURO)", "1", "unknown_currency"),
        ("totals.tax: v | minor", "1", "unreadable"),
        ("note: v | lookup(colours)", '"g"', "unknown_word"),
        ("note: v | unit(colours)", '"g"', "unknown_unit"),
        ("note: v | country", '"Utopia"', "unknown_country"),
        ("note: v[]", '["a", "b"]', "several"),
        ("note: w | required", "1", "missing"),
        ("note: <<sum(v)>>", '["a"]', "expression_failed"),
        ("note: v | lookup(colours)", '{"a": 1}', "unreadable"),
        ("price_basis: v", '"incl"', "unknown_word"),
        ("test: v", '"perhaps"', "unreadable"),
        ("placed_at: v | time", '"soon"', "unreadable"),
        ("placed_at: v | time(=Mars/Base)", '"2026-07-01"', "unreadable"),
        ("placed_at: v | time(=Europe/Berlin)", '"2026-10-25T02:30"', "time_ambiguous"),
        ("placed_at: v | time(=Europe/Berlin)", '"2026-03-29T02:30"', "time_ambiguous"),
        ("placed_at: v | time", '"2026-07-01"', "zone_assumed"),
        ("placed_at: v | compact", '"20261399"', "unreadable"),
        ("placed_at: v | compact", '"123"', "unreadable"),
        ("placed_at: v | epoch", "-1", "unreadable"),
        ("attributes: v | map", "[1]", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_found(line: str, value: str, code: str) -> None:
    """The field stays empty, the event goes on, and a code says why."""
    found = codes(channel(line), f'{{"id": 1, "v": {value}}}'.encode())
    assert (code, line.partition(":")[0]) in found


def test_every_converter_is_explained() -> None:
    """`docs/channels.md` is made of these."""
    assert all(converter.doc for converter in TABLE.values())


def test_a_list_says_which_item() -> None:
    """Paths of findings have indexes, of lists within lists, too."""
    which = channel(
        "lines:\n  - each: lines\n    line_id: id\n    quantity: q\n"
        "    taxes:\n      - {each: taxes, rate: r | rate, kind: k}"
    )
    taxes = '[{"k": "a"}, {"r": "y", "k": "b"}]'
    lines = f'[{{"id": 1, "q": 1}}, {{"id": 2, "q": "x", "taxes": {taxes}}}]'
    body = f'{{"id": 1, "lines": {lines}}}'.encode()
    assert codes(which, body) == [
        ("unreadable", "lines[1].quantity"),
        ("unreadable", "lines[1].taxes[1].rate"),
    ]


def test_what_is_not_there_leaves_nothing_behind() -> None:
    """A record or an item is made by what the payload says, not by the mapping."""
    which = channel(
        "totals.grand_total: total | money\ntotals.currency: currency\n"
        "parties:\n  - role: =ship_to\n    name: ship.name\n"
        "  - role: =seller\n    company: =ACME\n"
        "charges:\n  - each: fees\n    when: kind\n    kind: kind\n"
        "    amount: a | money"
    )
    data = data_of(which, b'{"id": 1, "fees": [{"a": 1}, {"kind": "tip", "a": 2}]}')
    assert "totals" not in data
    assert data["parties"] == [{"role": "seller", "company": "ACME"}]
    assert [one["kind"] for one in data["charges"]] == ["tip"]  # type: ignore[attr-defined]


def test_items_within_items_know_what_holds_them() -> None:
    """`each` of a list goes inwards; `^` looks one outwards, roots from anywhere."""
    which = channel(
        "with: {currency: =EUR}\n"
        "deliveries:\n  - each: [lines, splits]\n    delivery_id: to\n"
        "    method: ^.id\n    carrier: ^^.id\n    service_level: $document.level"
    )
    lines = b'[{"id": 1, "splits": [{"to": "a"}, {"to": "b"}]}, {"id": 2}]'
    body = b'{"id": 9, "level": "x", "lines": ' + lines + b"}"
    found = [
        (one["delivery_id"], one["method"], one["carrier"], one["service_level"])
        for one in data_of(which, body)["deliveries"]  # type: ignore[attr-defined]
    ]
    assert found == [("a", "1", "9", "x"), ("b", "1", "9", "x")]
