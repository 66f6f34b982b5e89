"""What the bus says of itself reaches its own people, and nobody else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.matching import Matcher
from bus.event import Event
from bus.webhook.document import document
from tests.support.facts import a_subscription, an_event, order_data

TENANTS = ("", "acme", "globex")
PATTERNS = ("ops.*", "ops.alert_fired", "*", "order.*", "ops.heartbeat")


def told(account: object, type_: str = "ops.alert_fired") -> Event:
    """An event of the bus itself, for an account."""
    return an_event(type_=type_, data={**order_data(), "account_id": account})


def hearers(matcher: Matcher, event: Event) -> set[str]:
    """Who gets it."""
    return set(matcher.match(event, lambda: document(event)).subscriptions)


def matcher(types: list[str], **fields: object) -> Matcher:
    """One subscription a tenant, all to the same types."""
    return Matcher(
        a_subscription(owner or "operators", owner=owner, types=types, **fields)
        for owner in TENANTS
    )


@pytest.mark.parametrize("types", [["ops.*"], ["ops.alert_fired"], ["*", "ops.*"]])
def test_a_tenant_hears_of_its_own_only(types: list[str]) -> None:
    """Operators hear all; what is for one tenant never reaches another."""
    those = matcher(types)
    for _ in range(2):  # the second time out of what is remembered
        assert hearers(those, told("acme")) == {"operators", "acme"}
        assert hearers(those, told("globex")) == {"operators", "globex"}
        assert hearers(those, told("")) == {"operators"}


@pytest.mark.parametrize("account", [None, 7, ["acme"], {"a": 1}, "*", "ACME", "acme "])
def test_an_account_that_is_none_is_for_operators(account: object) -> None:
    """Whatever stands there is compared, never interpreted."""
    assert hearers(matcher(["ops.*"]), told(account)) == {"operators"}


def test_a_missing_account_is_for_operators() -> None:
    """An older or a broken watch tells nobody too much."""
    event = replace(told("acme"), data={})
    assert hearers(matcher(["ops.*"]), event) == {"operators"}


@pytest.mark.parametrize("pattern", ["*", "order.*", "ops.heartbeat"])
def test_who_wants_everything_does_not_mean_this(pattern: str) -> None:
    """A subscription to all order events gets no alert; it has to name them."""
    assert hearers(matcher([pattern]), told("acme")) == set()


def test_an_account_of_an_order_is_no_tenant() -> None:
    """Order events go to whoever wants them, whatever their account."""
    event = told("acme", "order.created")
    assert hearers(matcher(["*"]), event) == {"operators", "acme", "globex"}


def test_a_filter_opens_nothing() -> None:
    """It can only narrow what may be heard."""
    assert hearers(matcher(["ops.*"], filter="`true`"), told("acme")) == {
        "operators",
        "acme",
    }
    fields = {"owner": "globex", "types": ["ops.*"], "filter": "data.x > `1`"}
    other = Matcher([a_subscription("globex", **fields)])
    match = other.match(told("acme"), lambda: document(told("acme")))
    assert match == ((), (), ())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(TENANTS), st.lists(st.sampled_from(PATTERNS), min_size=1)
        ),
        max_size=6,
    ),
    st.lists(st.sampled_from(TENANTS), min_size=1, max_size=6),
)
def test_no_other_tenants_ever_arrive(
    subscribed: list[tuple[str, list[str]]], accounts: list[str]
) -> None:
    """Whatever is subscribed, and in whichever order events come."""
    owners = {f"s-{n}": owner for n, (owner, _) in enumerate(subscribed)}
    those = Matcher(
        a_subscription(f"s-{n}", owner=owner, types=types)
        for n, (owner, types) in enumerate(subscribed)
    )
    for account in accounts:
        got = {owners[name] for name in hearers(those, told(account))}
        assert got <= {"", account}


@pytest.mark.parametrize("type_", ["intake.order_received", "intake.stock_reported"])
def test_what_channels_said_is_for_operators_that_name_it(type_: str) -> None:
    """Nobody has judged it yet: no tenant gets it, whatever account it names."""
    for account in ("", "acme", None):
        assert hearers(matcher(["intake.*"]), told(account, type_)) == {"operators"}
    for pattern in ("*", "order.*", "ops.*"):
        assert hearers(matcher([pattern]), told("acme", type_)) == set()
