"""Judging never raises, and scopes and modes keep their word, for any order."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bus.intake.findings import Severity
from bus.intake.rules.book import Book
from bus.intake.rules.judging import FAILED, judge
from bus.intake.rules.lines import Line, Stored, read_line
from bus.intake.rules.memory import Memory
from bus.intake.rules.modes import LADDER, Mode
from bus.intake.rules.order import Order
from bus.intake.rules.scopes import PARTS
from tests.support.judged import about, order, rule, shipped

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=20),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(["EUR", "gross", "ship_to", "DE", "1E999999", "-0", "9" * 60]),
    st.just(Decimal("1E+999999")),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ),
    max_leaves=8,
)
ALL = Book(
    (
        *shipped(),
        rule("present", {"fields": ["note", "lines[].name"]}, id="a1"),
        rule("format", {"field": "lines[].name", "format": "gtin"}, id="a2"),
        rule("listed", {"field": "order.id", "values": ["1"]}, id="a3"),
        rule("shape", {"schema": {"type": "object", "required": ["x"]}}, id="a4"),
        rule("allowed_account", {"accounts": ["x"]}, id="a5"),
        rule("country", {"only": ["DE"]}, id="a6"),
    )
)
TABLES = Memory(tables=lambda _: {"MUG-1": {"price": "1"}})


@st.composite
def odd_orders(draw: st.DrawFn) -> dict[str, object]:
    """A plain order of which some values, anywhere, are something else."""
    event = order(
        lines__0__discounts=[{"amount": {"amount": "1"}}],
        findings=[{}],
        deliveries=[{}],
    )
    for _ in range(draw(st.integers(1, 6))):
        place: object = event
        while True:
            names = list(place) if isinstance(place, dict) else list(range(len(place)))  # type: ignore[arg-type]  # a list
            name = draw(st.sampled_from(names))
            inner = place[name]  # type: ignore[index]  # one of its own
            if isinstance(inner, dict | list) and inner and draw(st.booleans()):
                place = inner
                continue
            place[name] = draw(TREES)  # type: ignore[index]  # likewise
            break
    return event


@settings(max_examples=150, deadline=None)
@given(odd_orders() | st.dictionaries(st.text(max_size=10), TREES, max_size=6))
def test_judging_never_raises(event: dict[str, object]) -> None:
    """Whatever an event holds; and no check fails on it either."""
    context = about(TABLES)
    rules = ALL.effective("shopify", "shop-eu", "A-7")
    judgement = judge(Order(event), context, rules)
    assert not [one for one in judgement.findings if one.code == FAILED]
    assert judgement.outcome in LADDER
    memory = Memory()
    memory.note(Order(event), context)


@settings(max_examples=60, deadline=None)
@given(odd_orders())
def test_what_is_only_observed_changes_nothing(event: dict[str, object]) -> None:
    """All rules observed: accepted, with the same findings."""
    enforced = judge(
        Order(event), about(TABLES), ALL.effective("shopify", "shop-eu", "A-7")
    )
    observe = {
        line.key: Stored(read_line({"id": line.rule, "mode": "observe"}))
        for line in ALL.shipped
        if not line.scope.pairs()
    }
    watched = Book(ALL.shipped, observe).effective("shopify", "shop-eu", "A-7")
    judgement = judge(Order(event), about(TABLES), watched)
    assert judgement.outcome is Severity.ACCEPT
    said = [(one.rule, one.code, one.path) for one in judgement.findings]
    assert said == [(one.rule, one.code, one.path) for one in enforced.findings]
    assert {one.mode for one in judgement.findings} <= {Mode.OBSERVE}


SCOPES = st.lists(
    st.fixed_dictionaries(
        {
            "channel": st.sampled_from(["", "shopify", "x12"]),
            "source": st.sampled_from(["", "shop-eu"]),
            "account": st.sampled_from(["", "A-7", "B"]),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda scope: tuple(scope.values()),
)


@settings(max_examples=60, deadline=None)
@given(SCOPES, st.data())
def test_the_narrowest_scope_wins(
    scopes: list[dict[str, str]], data: st.DataObject
) -> None:
    """As if all that fit were laid over each other, widest first."""
    lines: list[Line] = [
        read_line({"id": "the-rule", "check": "test_order", "severity": "accept"})
    ]
    for scope in scopes:
        if any(scope.values()):
            severity = data.draw(st.sampled_from(["flag", "park", "reject"]))
            lines.append(
                read_line({"id": "the-rule", "scope": scope, "severity": severity})
            )
    whose = {"channel": "shopify", "source": "shop-eu", "account": "A-7"}
    fitting = [
        line
        for line in lines
        if all(
            value in {"", whose[name]}
            for name, value in zip(
                PARTS,
                (line.scope.channel, line.scope.source, line.scope.account),
                strict=True,
            )
        )
    ]
    narrowest = max(
        reversed(fitting),  # of two lines of one scope the later one stands
        key=lambda line: (
            bool(line.scope.account),
            bool(line.scope.source),
            bool(line.scope.channel),
        ),
    )
    (the,) = Book(lines).effective(*whose.values()).rules
    assert the.severity is narrowest.severity


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400)), max_size=40),
    st.integers(0, 300),
)
def test_memory_answers_as_a_list_does(
    notes: list[tuple[int, int]], since: int
) -> None:
    """Orders of the same content, by the minute, each once."""
    base = datetime(2026, 11, 28, tzinfo=UTC).timestamp()

    def at(minute: int) -> datetime:
        return datetime.fromtimestamp(base + 60 * minute, UTC)

    memory, first = Memory(), dict[str, int]()
    for number, minute in notes:
        first.setdefault(str(number), minute)
        memory.note(Order(order(order_id=str(number))), about(observed_at=at(minute)))
    event = order(order_id="new")
    line = rule("velocity", {"by": "buyer", "most": "0", "within": "60m"})
    context = about(memory, observed_at=at(since))
    (finding,) = judge(
        Order(event), context, Book((line,)).effective("", "", "")
    ).findings
    expected = [n for n, minute in first.items() if since - 60 <= minute <= since]
    assert finding.need == 1 + len(expected)
