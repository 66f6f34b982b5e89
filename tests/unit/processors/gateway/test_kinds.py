"""Which kinds of endpoints a tenant's key may set up, and how."""

import pytest

from bus.access.roles import Role, principal
from bus.errors import InvalidSubscriptionError
from processors.gateway.tenants import refuse_kind
from tests.support.gateway import Client

QUEUE = "sqs://sqs.eu-central-1.amazonaws.com/123456789012/orders"
LOGIN = {"username": "AKIAEXAMPLE", "password": "s3cret"}
PATH = "/v1/subscriptions"
PARTNER = principal("k1", Role.PARTNER, "acme")
OPERATOR = principal("k2", Role.OPERATOR, "")


@pytest.mark.parametrize(
    ("url", "login", "field"),
    [
        ("kafkas://b.example/shop", True, "url"),
        ("x-lines+plain://b.example/shop", True, "url"),
        (QUEUE, False, "login"),
        ("SQS://x", False, "login"),
    ],
)
def test_refused(url: str, login: bool, field: str) -> None:  # noqa: FBT001 - a table's
    """Clusters, and endpoints that the bus would sign in to as itself."""
    with pytest.raises(InvalidSubscriptionError, match="operators") as caught:
        refuse_kind(PARTNER, url, login=login)
    assert caught.value.field == field
    refuse_kind(OPERATOR, url, login=login)


@pytest.mark.parametrize(
    ("url", "login"),
    [
        (QUEUE, True),
        ("https://a.example", False),
        ("grpcs://a.example", False),
        ("sqs://nonsense", True),
        ("nonsense", False),
    ],
)
def test_let_through(url: str, login: bool) -> None:  # noqa: FBT001 - a table's
    """What is a tenant's own; what is no URL is refused for that, elsewhere."""
    refuse_kind(PARTNER, url, login=login)


async def test_a_login_cannot_be_taken_away(ask: Client) -> None:
    """Or the bus would go on as itself; an own queue with an own key is its own."""
    wanted = {"id": "acme-q", "url": QUEUE, "types": ["order.*"], "login": LOGIN}
    made = await ask("POST", PATH, wanted, by="partner")
    assert made.status == 201, made.json
    assert b"s3cret" not in made.body

    tag = {"If-Match": made.headers["ETag"]}
    for change in ({"login": None}, {"url": QUEUE, "login": None}):
        got = await ask("PATCH", f"{PATH}/acme-q", change, by="partner", headers=tag)
        assert got.status == 422

    other = {"login": {**LOGIN, "username": "AKIAOTHER"}}
    got = await ask("PATCH", f"{PATH}/acme-q", other, by="partner", headers=tag)
    assert got.status == 200
