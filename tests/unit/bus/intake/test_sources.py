"""Sources say what they may, and nothing that they hold secret is shown."""

from datetime import UTC, datetime, timedelta

import pytest

from bus.errors import InvalidSourceError
from bus.intake.sources import Source, opens, parse_source, path_digest

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"


def source(**fields: object) -> Source:
    """A source called shop-eu."""
    return parse_source({"id": "shop-eu", "channel": "shopify", **fields})


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("id", "Shop", "lower-case"),
        ("id", "a/../b", "lower-case"),
        ("channel", "", "lower-case"),
        ("owner", "A", "lower-case"),
        ("colour", "red", "no such field"),
        ("url", "shop.example/in", "absolute http"),
        ("url", "https://u:p@shop.example/", "credentials"),
        ("url", "https://shop.example/a b", "ASCII without spaces"),
        ("settings", {"a b": "x"}, "no name"),
        ("settings", {f"s{n}": "x" for n in range(101)}, "at most 100"),
        ("labels", {"a": "x" * 2001}, "at most 100"),
        ("rate", 0, "expected a number above 0"),
        ("concurrency", 0, "expected a number of 1 or more"),
        ("max_body", 2**30, "or less"),
        ("path_secret", "open sesame", "expected a text of the form"),
        ("title", "two\nlines", "one line"),
        ("answers", {"ok_status": 302}, "expected a number of 299 or less"),
        ("answers", {"status": 200}, "no such field"),
        ("fetch", {"hosts": []}, "at least one"),
        ("fetch", {"hosts": ["https://api.shop.example"]}, "no host name"),
    ],
)
def test_what_may_not_be_said_is_refused(field: str, value: object, why: str) -> None:
    """With the field and the reason."""
    with pytest.raises(InvalidSourceError, match=why) as caught:
        source(**{field: value})
    assert caught.value.field.split(".")[0] == field


def test_private_keys_are_refused() -> None:
    """And no error repeats what was given."""
    for pem in (PEM.replace("PUBLIC", "PRIVATE"), "no key at all"):
        with pytest.raises(InvalidSourceError) as caught:
            source(public_keys=[{"id": "k1", "pem": pem, "since": NOW}])
        assert pem not in str(caught.value)


def test_live_secrets_are_those_of_now() -> None:
    """From `since` on, until `until`; public keys with them."""
    hour = timedelta(hours=1)
    made = source(
        secrets=[
            {"id": "new", "value": "aaa", "since": NOW},
            {"id": "old", "value": "bbb", "since": NOW - hour, "until": NOW + hour},
            {"id": "over", "value": "ccc", "since": NOW - hour, "until": NOW},
            {"id": "next", "value": "ddd", "since": NOW + hour},
        ],
        public_keys=[{"id": "key", "pem": PEM, "kid": "7", "since": NOW}],
    )
    assert [one.id for one in made.live_secrets(NOW)] == ["new", "old", "key"]
    assert [one.id for one in made.live_secrets(NOW + hour)] == ["new", "next", "key"]


def test_printing_shows_no_secret() -> None:
    """Neither the value of one, nor of a credential."""
    made = source(
        secrets=[{"id": "s1", "value": "hush-hush", "since": NOW}],
        fetch={"hosts": ["api.shop.example"], "credentials": {"token": "hush-hush"}},
    )
    assert "hush" not in repr(made)
    assert "hush" not in repr(made.live_secrets(NOW))


def test_a_path_secret_opens_its_own_source() -> None:
    """Its digest is of the source as well: the same secret opens no other."""
    made = source(path_secret=path_digest("shop-eu", "long-and-random"))
    assert opens(made, "long-and-random", NOW)
    assert not opens(made, "long-and-randon", NOW)
    assert not opens(made, "", NOW)
    assert opens(source(), "", NOW)
    assert not opens(source(), "anything", NOW)
    assert not opens(source(path_secret=path_digest("shop-us", "x")), "x", NOW)


def test_an_old_path_secret_opens_for_a_while() -> None:
    """Until its grace is over; none opens what never had one."""
    hour = timedelta(hours=1)
    made = source(
        path_secret=path_digest("shop-eu", "the-new-one"),
        old_path_secret=path_digest("shop-eu", "the-old-one"),
        old_path_until=NOW + hour,
    )
    assert opens(made, "the-new-one", NOW)
    assert opens(made, "the-old-one", NOW)
    assert not opens(made, "the-old-one", NOW + hour)
    assert not opens(made, "", NOW)
