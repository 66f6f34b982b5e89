"""What a subscription must be to run, and to be taken on."""

import pytest

from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import InvalidSubscriptionError
from processors.subscriptions.checks import Checks, check_runnable
from tests.support.worlds import EVENT_TYPES, bad_pem, topology

SECRET = {
    "id": "s1",
    "value": "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo",
    "created_at": "2026-01-01T00:00:00Z",
}


def make(**fields: object) -> Subscription:
    """A subscription."""
    least = {"id": "acme", "url": "https://acme.example", "types": ["*"]}
    return parse_subscription(least | {"secrets": [SECRET]} | fields)


def checks(event_types: frozenset[str] | None = EVENT_TYPES) -> Checks:
    """Checks that refuse one URL."""
    return Checks(
        topology=topology(),
        event_types=event_types,
        check_url=lambda url: "is closed" if "closed" in url else None,
        check_tls=bad_pem,
    )


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"filter": ""}, "filter", "is empty"),
        ({"transform": "a.["}, "transform", "ends too early"),
        ({"accept": "text/html"}, "accept", "nothing in it is offered"),
        ({"secrets": [SECRET | {"value": "x"}]}, "secrets", "expected whsec_"),
        ({"secrets": [SECRET | {"scheme": "v1a"}]}, "secrets", "expected whsk_"),
        ({"secrets": [SECRET, SECRET]}, "secrets", "the same id"),
    ],
)
def test_what_cannot_run_is_refused(
    fields: dict[str, object], field: str, why: str
) -> None:
    """Filter, transform, accept and secrets have to be usable."""
    with pytest.raises(InvalidSubscriptionError, match=why) as caught:
        check_runnable(make(**fields))
    assert caught.value.field == field


def test_what_can_run_is_let_through() -> None:
    """With everything set, and with the least."""
    check_runnable(make(secrets=[]))
    check_runnable(make(filter="a", transform="b"))
    checks().refuse(make(tls={"ca": "BEGIN"}))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"retry": ["2s"]}, "retry.0"),
        ({"max_age_s": 300_000}, "max_age_s"),
        ({"url": "https://closed.example"}, "url"),
        ({"tls": {"ca": "nothing"}}, "tls"),
        ({"secrets": []}, "secrets"),
        ({"secrets": [SECRET | {"expires_at": "2999-01-01T00:00:00Z"}]}, "secrets"),
    ],
)
def test_what_does_not_fit_here_is_refused(
    fields: dict[str, object], field: str
) -> None:
    """Tiers, retention, closed addresses and certificates are those of this bus.

    And some secret has to last: nothing is sent unsigned.
    """
    with pytest.raises(InvalidSubscriptionError) as caught:
        checks().refuse(make(**fields))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "warnings"),
    [
        ({}, 0),
        ({"types": ["order.*", "payment.captured", "*"]}, 0),
        ({"types": ["orders.*", "order.create"]}, 2),
        ({"url": "https://acme.example/?page=1"}, 0),
        ({"url": "https://acme.example/?page=1&Token=1&apikey=2"}, 2),
        ({"on_exhausted": "block", "ordering": "key"}, 0),
        ({"on_exhausted": "block"}, 1),
        ({"max_age_s": 0.001}, 1),
        ({"max_age_s": 1}, 0),
    ],
)
def test_warnings(fields: dict[str, object], warnings: int) -> None:
    """One sentence for each probable mistake."""
    assert len(checks().warn(make(**fields))) == warnings


def test_without_a_catalogue_types_are_not_judged() -> None:
    """If nobody could say which types there are, none is unknown."""
    assert checks(None).warn(make(types=["what.ever"])) == []
