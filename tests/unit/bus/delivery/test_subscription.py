"""What a subscription may say, and how it is refused what it may not."""

from datetime import UTC, datetime

import pytest

from bus.delivery.choices import Exhausted, Ordering
from bus.delivery.subscription import (
    DEFAULT_TRANSIENT,
    Secret,
    State,
    Subscription,
    parse_subscription,
)
from bus.errors import InvalidSubscriptionError

LEAST: dict[str, object] = {
    "id": "acme",
    "url": "https://acme.example/hooks",
    "types": ["order.*"],
}
SECRET: dict[str, object] = {
    "id": "s1",
    "value": "whsec_hush",
    "created_at": "2026-01-01T00:00:00Z",
}


def parse(**fields: object) -> Subscription:
    """The least subscription with some fields changed."""
    return parse_subscription(LEAST | fields)


def test_the_least_one_has_the_promised_defaults() -> None:
    """Id, URL and types are enough; the rest has its documented default."""
    acme = parse()
    assert acme.types == ("order.*",)
    assert acme.accept == "application/json"
    assert (acme.ordering, acme.on_exhausted) == (Ordering.NONE, Exhausted.SKIP)
    assert acme.retry == ("1s", "5s", "30s")
    assert (acme.max_age_s, acme.timeout_s) == (172_800, 5)
    assert acme.transient_statuses == DEFAULT_TRANSIENT
    assert acme.state is State.ACTIVE


def test_it_survives_json() -> None:
    """What is dumped to JSON is read back the same."""
    full = parse(
        filter="data.total > `5`",
        headers={"Authorization": "Bearer t"},
        tls={"ca": "pem", "client_certificate": "pem", "client_key": "pem"},
        secrets=[SECRET],
        rate=5,
        ordering="key",
    )
    assert parse_subscription(full.model_dump(mode="json")) == full


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("id", "a", "2 to 63 small letters"),
        ("id", "Acme", "2 to 63 small letters"),
        ("id", "-acme", "2 to 63 small letters"),
        ("id", "a" * 64, "2 to 63 small letters"),
        ("id", "acme\n", "2 to 63 small letters"),
        ("id", 5, "expected text"),
        ("url", "", "absolute http or https URL"),
        ("url", "ftp://acme.example", "absolute http or https URL"),
        ("url", "https://", "absolute http or https URL"),
        ("url", "https:///path", "absolute http or https URL"),
        ("url", "https://[::1", "Invalid IPv6 URL"),
        ("url", "https://u:p@acme.example", "credentials do not belong in a URL"),
        ("url", "https://u@acme.example", "credentials do not belong in a URL"),
        ("url", "https://acme.example/#x", "a fragment is never sent"),
        ("url", "https://acme.example/a b", "ASCII without spaces"),
        ("url", "https://acme.example/\x00", "ASCII without spaces"),
        ("url", "https://acme.example/ü", "ASCII without spaces"),
        ("url", "https://acme.example:99999", "a port between 1 and 65535"),
        ("url", "https://acme.example:0", "a port between 1 and 65535"),
        ("url", "redis://acme.example:0/orders", "a port between 1 and 65535"),
        ("url", "https://acme.example/" + "x" * 2048, "at most 2048"),
        ("types", [], "expected at least one"),
        ("types", "order.*", "expected a list"),
        ("types.1", ["a", "order.*.x"], "no event type pattern"),
        ("types.0", ["order created"], "no event type pattern"),
        ("types.0", ["order."], "no event type pattern"),
        ("retry", [], "expected at least one"),
        ("retry", ["1s"] * 21, "at most 20 items"),
        ("max_age_s", 0, "expected a number above 0"),
        ("max_age_s", float("inf"), "finite"),
        ("max_age_s", float("nan"), "finite"),
        ("timeout_s", 301, "expected a number of 300 or less"),
        ("concurrency", 0, "expected a number of 1 or more"),
        ("rate", 0, "expected a number above 0"),
        ("transient_statuses", [200, 500, 410], "[200, 410]: expected statuses"),
        ("headers", {"X Y": "v"}, "no HTTP header name"),
        ("headers", {"X-A": "v", "x-a": "w"}, "there twice"),
        ("headers", {"Webhook-Id": "v"}, "set by the bus"),
        ("headers", {"X-A": "v\r\nX-B: w"}, "printable ASCII"),
        ("headers", {"X-A": "ü"}, "printable ASCII"),
        ("headers", "X-A: v", "expected a mapping"),
        ("owner", "p", "2 to 63 small letters, digits and hyphens"),
        ("mail_to.0", ["x"], "expected an address, team@example.com"),
        ("rate", "x", "expected a number"),
        ("ordering", "up", "expected none or key"),
        ("login", 3, "expected a mapping"),
        ("tls", {"client_key": "pem"}, "belong together"),
        ("tls", {"client_certificate": "pem"}, "belong together"),
        ("tls.verfy", {"verfy": False}, "no such field; did you mean verify?"),
        ("secrets.0.id", [SECRET | {"id": "a/b"}], "expected a text of the form"),
        ("secrets.0.scheme", [SECRET | {"scheme": "v2"}], "expected v1 or v1a"),
        ("secrets.0.key", [SECRET | {"key": "x"}], "there are: created_at, expires"),
        ("description", "two\nlines", "one line"),
        ("description", "\x1b[31mred", "without control characters"),
        ("state", "gone", "expected active or paused"),
        ("created_at", "2026-01-01T00:00:00", "a time with a zone"),
        ("urls", "x", "no such field; did you mean url?"),
        ("colour", "x", "no such field; there are: accept, allowed_rate, concurrency"),
    ],
)
def test_a_wrong_field_is_named_with_the_reason(
    field: str, value: object, why: str
) -> None:
    """Every refusal says which field and why."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        parse(**{field.split(".", maxsplit=1)[0]: value})
    assert caught.value.field == field
    assert why in caught.value.why


def test_all_problems_come_together() -> None:
    """One refusal lists every wrong and missing field, one a line."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        parse_subscription({"id": "A", "rate": -1})
    assert [field for field, _ in caught.value.problems] == [
        "id",
        "url",
        "types",
        "rate",
    ]
    assert "url: is required\ntypes: is required" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "HTTPS://acme.example/%20?q=1",
        "https://[2001:db8::1]:8443/x",
    ],
)
def test_good_urls_stay_as_they_are(url: str) -> None:
    """A URL is sent exactly as it was given."""
    assert parse(url=url).url == url


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "order.*",
        "order.created",
        "a_b.c.d2.*",
        "Microsoft.Storage.BlobCreated",
        "com.github.pull-request.*",
        "org/acme:order-created~2",
        "bestellung.geändert",
    ],
)
def test_good_type_patterns(pattern: str) -> None:
    """A type, a family and everything can be asked for."""
    assert parse(types=[pattern]).types == (pattern,)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example/x?k=hush&l=hush", "https://a.example/x?k=…&l=…"),
        ("https://a.example/x?hush", "https://a.example/x?…"),
    ],
)
def test_the_endpoint_shows_no_query_values(url: str, shown: str) -> None:
    """What is shown of a URL never holds a token of its query."""
    assert parse(url=url).endpoint == shown


def test_printing_shows_no_secret() -> None:
    """Neither repr nor str hold secrets, header values, the client key, the URL."""
    acme = parse(
        url="https://acme.example/?token=hush",
        headers={"Authorization": "Bearer hush"},
        tls={"client_certificate": "pem", "client_key": "hush"},
        secrets=[SECRET],
    )
    assert "hush" not in f"{acme!r} {acme} {acme.secrets!r} {acme.tls} {[acme]}"


@pytest.mark.parametrize(
    "fields",
    [
        {"secrets": [SECRET | {"expires_at": "hush"}]},
        {"secrets": [SECRET | {"value": ["hush"]}]},
        {"secrets": "hush"},
        {"headers": {"X-A": ["hush"]}},
        {"headers": {"X-A": "hush\n"}},
        {"tls": {"client_key": "hush"}},
        {"tls": "hush"},
        {"url": "hush"},
    ],
)
def test_a_refusal_never_repeats_the_value(fields: dict[str, object]) -> None:
    """An error about a secret's field does not hold the secret."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        parse(**fields)
    assert "hush" not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_it_cannot_be_changed_in_place() -> None:
    """A subscription is a value; a change makes a new one."""
    with pytest.raises(ValueError, match="frozen"):
        parse().id = "other"  # type: ignore[misc]


def test_a_secret_has_a_scheme_and_no_end_by_default() -> None:
    """A secret is HMAC-SHA256 and lives until it is rotated."""
    secret = Secret(id="s1", value="v", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert (secret.scheme, secret.expires_at) == ("v1", None)


def test_a_wrong_item_is_the_only_problem_of_its_list() -> None:
    """A list is not also said to be too short."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        parse(types=["Order,"])
    assert [field for field, _ in caught.value.problems] == ["types.0"]
